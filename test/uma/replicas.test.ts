import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTekton, type RunningTekton } from '../../src/start-tekton.js';
import { RestClient } from '../support/rest-client.js';
import { bearing } from '../support/secure-tekton.js';
import { testEnvironment } from '../support/test-tekton.js';
import { startUmaTekton, umaEnvironment, type UmaTekton } from '../support/uma-tekton.js';
import { ALL, changesOf, found, founderOf, idOf, platform } from './grants.js';

const SETTINGS = {
  KAA_SECURITY_UMA_RECONCILE_INTERVAL: '1',
  KAA_SECURITY_UMA_DECISION_LIFETIME: '0',
};

let test: UmaTekton;
let other: RunningTekton;
beforeEach(async () => {
  test = await startUmaTekton(SETTINGS);
  const { databaseUrl, nats, keycloak } = test;
  const environment = { ...umaEnvironment(keycloak), ...SETTINGS };
  other = await startTekton(testEnvironment(databaseUrl, nats.url, environment));
  await other.ready;
});
afterEach(async () => {
  await other.stop();
  await test.stop();
});

/** The same caller at the other replica. */
async function there(subject: string): Promise<RestClient> {
  const rest = new RestClient(`${other.restUrl}/api/v1`);
  return bearing(rest, await test.realm('acme').tokenFor({ sub: subject }));
}

it('two replicas make what is missing once', async () => {
  const realm = test.realm('acme');
  const names = Array.from({ length: 40 }, (_, n) => `app${n}`);
  await found(test, 'acme', ...names);
  const before = changesOf(realm).length;
  for (const name of names) realm.resources.remove(idOf(realm, name));
  await expect.poll(() => realm.resources.all.length).toBe(41);
  realm.resources.add({ name: 'application-z', type: 'application', owner: 'x', scopes: ALL });
  await expect.poll(() => realm.resources.named('application-z')).toEqual([]);
  for (const name of names) expect(idOf(realm, name)).not.toBe('');
  expect(changesOf(realm).slice(before).sort()).toEqual(['DELETE', ...names.map(() => 'POST')]);
});

it('one replica finds what another has made anew', async () => {
  const realm = test.realm('acme');
  realm.grant('alice', 'application-kettle', ALL);
  const [here, elsewhere] = [await test.as('acme', 'alice'), await there('alice')];
  await found(test, 'acme', 'kettle');
  for (let round = 0; round < 3; round++) {
    expect(await elsewhere.get('/applications/kettle')).toMatchObject({ status: 200 });
    expect(await here.delete('/applications/kettle')).toMatchObject({ status: 204 });
    expect(await elsewhere.get('/applications/kettle')).toMatchObject({ status: 404 });
    await found(test, 'acme', 'kettle');
  }
  expect(await elsewhere.delete('/applications/kettle')).toMatchObject({ status: 204 });
  expect(await here.get('/applications/kettle')).toMatchObject({ status: 404 });
});

it('of two that create the same at a time one does, while both reconcile', async () => {
  const realm = test.realm('acme');
  await founderOf(test, 'acme');
  const [here, elsewhere] = [await test.as('acme', 'founder'), await there('founder')];
  realm.grant('founder', '*', ['tenant:application:create', ...ALL]);
  for (let round = 0; round < 10; round++) {
    const created = await Promise.all(
      [here, elsewhere].map((client) => client.post('/applications', { name: 'kettle' })),
    );
    expect(created.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(realm.resources.named('application-kettle')).toHaveLength(1);
    const deleted = await Promise.all(
      [here, elsewhere].map((client) => client.delete('/applications/kettle')),
    );
    expect(deleted.map(({ status }) => status).sort()).toEqual([204, 404]);
    expect(realm.resources.named('application-kettle')).toEqual([]);
  }
});

it('what a load creates at one replica has its resource soon', async () => {
  await platform(test);
  const rest = new RestClient(`${other.restUrl}/api/v1`);
  const service = bearing(rest, await test.realm('kaa').tokenFor({ sub: 'service' }));
  const body = { epts: { kaa: { applications: { lamp: { versions: {} } } } } };
  expect(await service.post('/app-configs?tenantId=acme', body)).toMatchObject({ status: 200 });
  const resources = () => test.realm('acme').resources.named('application-lamp');
  await expect.poll(resources).toMatchObject([{ type: 'application', owner: 'tekton' }]);
});
