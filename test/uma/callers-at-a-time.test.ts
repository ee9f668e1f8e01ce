import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PlayedRealm } from '../support/played-realm.js';
import type { RestClient } from '../support/rest-client.js';
import { bearing } from '../support/secure-tekton.js';
import { startUmaTekton, type UmaTekton } from '../support/uma-tekton.js';
import { ALL, platform } from './grants.js';
import { holdUp } from './intercept.js';

/** Far more than an answer takes. */
const BOUND_MS = 8000;

let test: UmaTekton;
let realm: PlayedRealm;
beforeEach(async () => {
  test = await startUmaTekton({ KAA_SECURITY_UMA_DECISION_LIFETIME: '0' });
  realm = test.realm('acme');
  // Created by another tenant's caller: the keys of this one are not known yet.
  const service = await platform(test);
  const created = await service.post('/applications?tenantId=acme', { name: 'kettle' });
  expect(created).toMatchObject({ status: 201 });
  realm.grant('alice', 'application-kettle', ALL);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await test.stop();
});

/** What each is answered that reads while the keys of all tenants are still being fetched. */
async function readWhileKeysAreFetched(...clients: RestClient[]): Promise<(number | string)[]> {
  const held = [realm, test.realm('globex')].map((one) => holdUp(one, 'keys'));
  const answers: Promise<number | string>[] = [];
  for (const client of clients) {
    const late = sleep(BOUND_MS, 'no answer');
    const status = client.get('/applications/kettle').then((answer) => answer.status, String);
    answers.push(Promise.race([status, late]));
    // In this order, and all of them before the first key is there.
    await sleep(100);
  }
  for (const { letGo } of held) {
    letGo();
    await sleep(100);
  }
  return Promise.all(answers);
}

/** A token that says the same, and that nobody vouches for. */
function forged(token: string): string {
  const [header = '', payload = ''] = token.split('.');
  return [header, payload, Buffer.from('not signed by anybody').toString('base64url')].join('.');
}

describe('of callers whose tokens are verified at the same time', () => {
  it('each is answered', async () => {
    const alice = () => test.as('acme', 'alice');
    const clients = [await alice(), await alice(), await alice()];
    expect(await readWhileKeysAreFetched(...clients)).toEqual([200, 200, 200]);
  });

  it('none is taken for another', async () => {
    const [alice, mallory] = [await test.as('acme', 'alice'), await test.as('acme', 'mallory')];
    expect(await readWhileKeysAreFetched(alice, mallory)).toEqual([200, 404]);
    expect(await mallory.get('/applications/kettle')).toMatchObject({ status: 404 });
  });

  it('one that is forged is not taken for a good one, now or later', async () => {
    const alice = await test.as('acme', 'alice');
    const mallory = bearing(test.rest, forged(await realm.tokenFor({ sub: 'mallory' })));
    expect(await readWhileKeysAreFetched(alice, mallory)).toEqual([200, 401]);
    expect(await mallory.delete('/applications/kettle')).toMatchObject({ status: 401 });
    expect(await alice.get('/applications/kettle')).toMatchObject({ status: 200 });
  });

  it('none is taken for one of another tenant', async () => {
    const alice = await test.as('acme', 'alice');
    const mallory = await test.as('globex', 'mallory');
    expect(await readWhileKeysAreFetched(alice, mallory)).toEqual([200, 404]);
    expect(await mallory.get('/applications/kettle')).toMatchObject({ status: 404 });
  });
});
