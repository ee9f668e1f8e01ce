import { afterEach, expect, it } from 'vitest';
import { startUmaTekton, type UmaTekton } from '../support/uma-tekton.js';
import { expectUnavailable } from './expect-unavailable.js';
import { changesOf, found, founderOf, idOf, platform } from './grants.js';

let test: UmaTekton;
afterEach(() => test.stop());

it('a slow Keycloak does not take the database from who only reads', async () => {
  test = await startUmaTekton({ DATABASE_POOL: '4' });
  await found(test, 'acme', 'kettle');
  const realm = test.realm('acme');
  const founder = await founderOf(test, 'acme');
  const service = await platform(test);
  const read = () => service.get('/app-configs/applications/kettle');
  await founder.post('/applications?dryRun=true', { name: 'kettle2' });
  await read();
  realm.setFault('resources', { slowMs: 1500 });
  const names = Array.from({ length: 30 }, (_, n) => `app${n}`);
  let done = 0;
  const creations = names.map(async (name) => {
    const answer = await founder.post('/applications', { name });
    done += 1;
    return answer;
  });
  const asked = realm.count('resources');
  await expect.poll(() => realm.count('resources')).toBeGreaterThan(asked);
  for (let n = 0; n < 20; n++) {
    const answers = await Promise.all(Array.from({ length: 5 }, read));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  }
  expect(done).toBeLessThan(names.length);
  realm.setFault('resources', 'none');
  const answers = await Promise.all(creations);
  expect(answers.map(({ status }) => status)).toEqual(names.map(() => 201));
  for (const name of names) expect(idOf(realm, name)).not.toBe('');
});

it('more creations than may wait are told so, and nothing is done for them', async () => {
  test = await startUmaTekton({
    KAA_SECURITY_UMA_TRANSACTIONS: '1',
    KAA_SECURITY_UMA_CONCURRENCY: '5',
  });
  const realm = test.realm('acme');
  const founder = await founderOf(test, 'acme');
  await founder.post('/applications?dryRun=true', { name: 'first' });
  realm.setFault('resources', { slowMs: 500 });
  const creations = Array.from({ length: 12 }, (_, n) =>
    founder.post('/applications', { name: `app${n}` }),
  );
  const answers = await Promise.all(creations);
  const created = answers.filter(({ status }) => status === 201);
  for (const answer of answers.filter((one) => !created.includes(one))) expectUnavailable(answer);
  expect(created.length).toBeGreaterThanOrEqual(6);
  expect(created.length).toBeLessThan(12);
  expect(changesOf(realm)).toHaveLength(created.length);
});
