import { afterEach, describe, expect, it, vi } from 'vitest';
import type { PlayedRealm } from '../support/played-realm.js';
import type { RestClient } from '../support/rest-client.js';
import { startUmaTekton, type UmaTekton } from '../support/uma-tekton.js';
import { expectUnavailable } from './expect-unavailable.js';
import { found, holder, platform, READ } from './grants.js';
import { holdUp } from './intercept.js';

let test: UmaTekton;
let realm: PlayedRealm;
afterEach(async () => {
  vi.restoreAllMocks();
  await test.stop();
});

async function start(environment: Record<string, string> = {}): Promise<void> {
  test = await startUmaTekton(environment);
  realm = test.realm('acme');
  await found(test, 'acme', 'kettle');
}

/** Clients of so many users who may read; their tokens are known already. */
async function readers(count: number): Promise<RestClient[]> {
  const clients: RestClient[] = [];
  for (let n = 0; n < count; n++) {
    const client = await holder(test, 'acme', 'kettle', [READ]);
    expect(await client.get('/service-instances')).toMatchObject({ status: 200 });
    clients.push(client);
  }
  return clients;
}

const read = (client: RestClient) => client.get('/applications/kettle');

describe('equal questions at a time are one', () => {
  it('with a token that is known', async () => {
    await start();
    const [reader] = await readers(1);
    if (!reader) throw new Error('There is one');
    const before = realm.count('decision');
    const answers = await Promise.all(Array.from({ length: 100 }, () => read(reader)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 200));
    expect(realm.count('decision') - before).toBe(1);
  });

  it('with a token that is new', async () => {
    await start();
    const reader = await holder(test, 'acme', 'kettle', [READ]);
    const before = realm.count('decision');
    const answers = await Promise.all(Array.from({ length: 100 }, () => read(reader)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 200));
    expect(realm.count('decision') - before).toBe(1);
  });

  it('with the first token that its tenant is known by', async () => {
    await start();
    const service = await platform(test);
    const created = await service.post('/applications?tenantId=globex', { name: 'toaster' });
    expect(created).toMatchObject({ status: 201 });
    const reader = await holder(test, 'globex', 'toaster', [READ]);
    const calls = Array.from({ length: 100 }, () => reader.get('/applications/toaster'));
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(test.realm('globex').count('decision')).toBe(1);
  });

  it('and fail as one', async () => {
    await start();
    const [reader] = await readers(1);
    if (!reader) throw new Error('There is one');
    realm.setFault('decision', { slowMs: 100 });
    realm.revokeTokens();
    const answers = await Promise.all(Array.from({ length: 20 }, () => read(reader)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
  });
});

it('answers are right where almost none is kept', async () => {
  await start({ KAA_SECURITY_UMA_DECISION_CACHE: '1' });
  const names = ['a', 'b', 'c', 'd', 'e'];
  await found(test, 'acme', ...names);
  for (const name of names) realm.grant('alice', `application-${name}`, name < 'd' ? [READ] : []);
  const alice = await test.as('acme', 'alice');
  const expected = [200, 200, 200, 404, 404];
  const round = () =>
    Promise.all(
      names.map(async (name) => [
        (await alice.get(`/applications/${name}`)).status,
        // More than may be kept.
        ((await alice.get('/applications')).json() as unknown[]).length,
      ]),
    );
  const rounds = await Promise.all(Array.from({ length: 10 }, round));
  for (const answers of rounds) expect(answers).toEqual(expected.map((status) => [status, 3]));
});

describe('more calls than may wait for Keycloak', () => {
  it('are told so at once, and the others are answered', async () => {
    await start({ KAA_SECURITY_UMA_CONCURRENCY: '3' });
    const clients = await readers(8);
    const { letGo } = holdUp(realm, 'decision');
    let refused = 0;
    const answers = clients.map(async (client) => {
      const answer = await read(client);
      if (answer.status === 503) refused += 1;
      return answer;
    });
    await expect.poll(() => refused).toBe(5);
    letGo();
    const all = await Promise.all(answers);
    const statuses = all.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 200, 200, 503, 503, 503, 503, 503]);
    for (const answer of all.filter(({ status }) => status === 503)) expectUnavailable(answer);
    vi.restoreAllMocks();
    for (const client of clients) expect(await read(client)).toMatchObject({ status: 200 });
  });

  it('do not keep what has been decided already from being used', async () => {
    await start({ KAA_SECURITY_UMA_CONCURRENCY: '1' });
    const [known, other] = await readers(2);
    if (!known || !other) throw new Error('There are two');
    await read(known);
    const service = await platform(test);
    expect(await service.get('/applications?tenantId=acme')).toMatchObject({ status: 200 });
    const { letGo } = holdUp(realm, 'decision');
    const waiting = read(other);
    await expect.poll(async () => (await read((await readers(1))[0] ?? known)).status).toBe(503);
    expect(await read(known)).toMatchObject({ status: 200 });
    expect(await service.get('/applications?tenantId=acme')).toMatchObject({ status: 200 });
    letGo();
    expect(await waiting).toMatchObject({ status: 200 });
  });
});
