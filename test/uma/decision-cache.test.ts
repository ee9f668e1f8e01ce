import { afterEach, describe, expect, it } from 'vitest';
import type { PlayedRealm } from '../support/played-realm.js';
import type { RestClient } from '../support/rest-client.js';
import { bearing } from '../support/secure-tekton.js';
import { startUmaTekton, type UmaTekton } from '../support/uma-tekton.js';
import { ALL, found, founderOf, holder, READ } from './grants.js';

let test: UmaTekton;
let realm: PlayedRealm;
afterEach(() => test.stop());

async function start(environment: Record<string, string> = {}): Promise<void> {
  test = await startUmaTekton(environment);
  realm = test.realm('acme');
  await found(test, 'acme', 'kettle');
}

/** How many decisions were asked while something happened. */
async function decisionsIn(work: () => Promise<unknown>): Promise<number> {
  const before = realm.count('decision');
  await work();
  return realm.count('decision') - before;
}

async function readTimes(client: RestClient, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    expect(await client.get('/applications/kettle')).toMatchObject({ status: 200 });
  }
}

const LONG = { KAA_SECURITY_UMA_DECISION_LIFETIME: '3600' };

describe('a decision', () => {
  it('is asked for once in its lifetime, yes or no', async () => {
    await start(LONG);
    const reader = await holder(test, 'acme', 'kettle', [READ]);
    expect(await decisionsIn(() => readTimes(reader, 10))).toBe(1);
    const nobody = await test.as('acme', 'nobody');
    await nobody.get('/applications/kettle');
    expect(await decisionsIn(() => nobody.get('/applications/kettle'))).toBe(0);
  });

  it('is asked for again when its lifetime is over', async () => {
    await start({ KAA_SECURITY_UMA_DECISION_LIFETIME: '1' });
    realm.grant('alice', 'application-kettle', [READ]);
    const alice = await test.as('acme', 'alice');
    const status = async () => (await alice.get('/applications/kettle')).status;
    expect(await status()).toBe(200);
    realm.grant('alice', 'application-kettle', []);
    await expect.poll(status).toBe(404);
    realm.grant('alice', 'application-kettle', [READ]);
    await expect.poll(status).toBe(200);
  });

  it('is asked for with each call if none is to be kept', async () => {
    await start({ KAA_SECURITY_UMA_DECISION_LIFETIME: '0' });
    const reader = await holder(test, 'acme', 'kettle', [READ]);
    expect(await decisionsIn(() => readTimes(reader, 400))).toBe(400);
  });

  it('does not outlive the token', async () => {
    await start(LONG);
    realm.grant('alice', 'application-kettle', [READ]);
    const token = await realm.tokenFor({ sub: 'alice', expiresIn: 3 });
    const alice = bearing(test.rest, token);
    const status = async () => (await alice.get('/applications/kettle')).status;
    expect(await status()).toBe(200);
    // Its signature stays good for Tekton, by the leeway of clocks: it is Keycloak that says no.
    await expect.poll(status).toBe(401);
    expect(await alice.get('/service-instances')).toMatchObject({ status: 200 });
  });

  it('is for one token, not for others of the user', async () => {
    await start(LONG);
    realm.grant('alice', 'application-kettle', [READ]);
    const [one, other] = [await test.as('acme', 'alice'), await test.as('acme', 'alice')];
    expect(await decisionsIn(() => readTimes(one, 2))).toBe(1);
    expect(await decisionsIn(() => readTimes(other, 2))).toBe(1);
    realm.grant('alice', 'application-kettle', []);
    const third = await test.as('acme', 'alice');
    expect(await third.get('/applications/kettle')).toMatchObject({ status: 404 });
    await readTimes(one, 1);
  });

  it('is for one tenant, not for users of the same name in others', async () => {
    await start(LONG);
    for (const id of ['acme', 'globex', 'kaa'] as const) {
      test.realm(id).grant('alice', 'application-kettle', ALL);
    }
    await readTimes(await test.as('acme', 'alice'), 1);
    for (const id of ['globex', 'kaa'] as const) {
      const namesake = await test.as(id, 'alice');
      expect(await namesake.get('/applications/kettle')).toMatchObject({ status: 404 });
    }
  });

  it('is for one scope on one application', async () => {
    await start(LONG);
    await found(test, 'acme', 'kettle2');
    const reader = await holder(test, 'acme', 'kettle', [READ]);
    await readTimes(reader, 1);
    expect(await reader.patch('/applications/kettle', {})).toMatchObject({ status: 403 });
    expect(await reader.get('/applications/kettle2')).toMatchObject({ status: 404 });
  });

  it('that failed is asked for anew', async () => {
    await start(LONG);
    const reader = await holder(test, 'acme', 'kettle', [READ]);
    realm.setFault('decision', 'error');
    expect(await reader.get('/applications/kettle')).toMatchObject({ status: 503 });
    realm.setFault('decision', 'none');
    await readTimes(reader, 1);
  });
});

describe('a list', () => {
  it('is one question, kept as others are', async () => {
    await start(LONG);
    await found(test, 'acme', 'lamp', 'mirror', 'hidden');
    for (const name of ['kettle', 'lamp', 'mirror']) {
      realm.grant('alice', `application-${name}`, name === 'lamp' ? ALL : [READ]);
    }
    realm.grant('alice', 'application-hidden', ['application:update']);
    const alice = await test.as('acme', 'alice');
    const names = async (): Promise<void> => {
      const { json } = await alice.get('/applications');
      const listed = json() as { name: string }[];
      expect(listed.map(({ name }) => name)).toEqual(['kettle', 'lamp', 'mirror']);
    };
    expect(await decisionsIn(names)).toBe(1);
    expect(await decisionsIn(names)).toBe(0);
  });

  it('shows a user of another tenant nothing, whatever resources that has', async () => {
    await start();
    test.realm('globex').resources.add({ name: 'application-kettle', owner: 'x', scopes: ALL });
    const stranger = await holder(test, 'globex', 'kettle', ALL);
    expect(await stranger.get('/applications')).toMatchObject({ status: 200, text: '[]' });
    expect(await stranger.get('/applications?tenantId=acme')).toMatchObject({ status: 403 });
  });
});

it('who asked for an application before it was there can use it once it is', async () => {
  await start(LONG);
  realm.ownersMay = true;
  const founder = await founderOf(test, 'acme');
  expect(await founder.get('/applications/lamp')).toMatchObject({ status: 404 });
  expect(await founder.post('/applications', { name: 'lamp' })).toMatchObject({ status: 201 });
  expect(await founder.get('/applications/lamp')).toMatchObject({ status: 200 });
});
