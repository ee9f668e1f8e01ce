import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearing, startSecureTekton, type SecureTekton } from '../support/secure-tekton.js';

const SECRET = 'secret';

/** Clients of every tenant, as an operator would make them. */
const CLIENTS = [
  {
    clientId: 'developer',
    clientSecret: SECRET,
    scopes: ['tenant:application:create', 'application:read', 'application:update'],
  },
  { clientId: 'reader', clientSecret: SECRET, scopes: ['application:read'] },
  { clientId: 'service', clientSecret: SECRET, scopes: ['kaa:application:read'] },
  {
    clientId: 'kettle-keeper',
    clientSecret: SECRET,
    scopes: [],
    permissions: [{ rsname: 'application-kettle', scopes: ['application:read'] }],
  },
];

let test: SecureTekton;
beforeAll(async () => {
  test = await startSecureTekton({}, CLIENTS);
  const developer = await by('acme', 'developer');
  await developer.post('/applications', { name: 'kettle' });
  await developer.post('/applications', { name: 'mirror' });
});
afterAll(() => test.stop());

/** A client with a token that it has asked its issuer for, by `client_credentials`. */
async function by(tenantId: string, clientId: string, scope?: string) {
  return bearing(test.rest, await test.issuers.token(tenantId, clientId, scope));
}

describe('with tokens of real issuers', () => {
  it.each([
    ['acme', 'developer', undefined, 200, 201],
    ['acme', 'developer', 'application:read', 200, 403],
    ['acme', 'developer', 'application:read application:update', 200, 201],
    ['acme', 'reader', undefined, 200, 403],
    ['acme', 'kettle-keeper', undefined, 200, 403],
    ['acme', 'service', undefined, 404, 404],
    ['globex', 'developer', undefined, 404, 404],
    ['kaa', 'developer', undefined, 404, 404],
    ['kaa', 'service', undefined, 200, 403],
  ])('%s’s %s (%s) reads: %i, adds a version: %i', async (tenant, client, scope, reads, adds) => {
    const caller = await by(tenant, client, scope);
    expect(await caller.get('/applications/kettle')).toMatchObject({ status: reads });
    const path = '/applications/kettle/app-versions?dryRun=true';
    expect(await caller.post(path, { suffix: 'v1' })).toMatchObject({ status: adds });
  });

  it('lists hold what the caller may read', async () => {
    const namesFor = async (clientId: string) => {
      const { json } = await (await by('acme', clientId)).get('/applications');
      return (json() as { name: string }[]).map(({ name }) => name);
    };
    expect(await namesFor('reader')).toEqual(['kettle', 'mirror']);
    expect(await namesFor('kettle-keeper')).toEqual(['kettle']);
    expect(await namesFor('service')).toEqual([]);
  });

  it('history names the caller', async () => {
    const developer = await by('acme', 'developer');
    const path = '/app-configs/applications/kettle';
    await developer.put(`${path}?serviceInstanceName=cmx`, { a: 1 });
    const history = await developer.get(`${path}/history?serviceInstanceName=cmx`);
    expect(history.json()).toMatchObject([
      { changedBy: 'developer', changedByClient: 'developer' },
    ]);
  });
});
