import { expect, inject, it, vi } from 'vitest';
import { startTekton } from '../../src/start-tekton.js';
import { createDatabase } from '../support/database.js';
import { RestClient } from '../support/rest-client.js';
import { startTestNats, testEnvironment } from '../support/test-tekton.js';
import { settledPosition, waitingAt, type ToldChanges } from './told-changes.js';
import { WatchedDatabase } from './watched-database.js';

const WAITERS = 2000;
/** Of which that many are made by what Tekton does for itself. */
const FEW = WAITERS / 50;

it('thousands wait without a statement, and one serves them all', async () => {
  const nats = await startTestNats();
  const watched = await WatchedDatabase.before(await createDatabase(inject('postgresUrl')));
  const tekton = await startTekton(testEnvironment(watched.url, nats.nats.url));
  await tekton.ready;
  const rest = new RestClient(`${tekton.restUrl}/api/v1`);
  const management = new RestClient(tekton.managementUrl);
  const since = await settledPosition(rest, management);

  const told = Array.from({ length: WAITERS }, async (_, index) => {
    const narrow = ['', '&serviceInstanceName=epts', '&tenantId=kaa'][index % 3] ?? '';
    const answer = await fetch(`${rest.baseUrl}/changes?since=${since}&wait=60${narrow}`);
    return (await answer.json()) as ToldChanges;
  });
  await vi.waitUntil(async () => (await waitingAt(management)) === WAITERS, 50_000);

  const before = new Map(watched.counts);
  /** How often statements were run since then: all, or those of one name. */
  const runs = (name?: string) =>
    [...watched.counts]
      .filter(([statement]) => name === undefined || statement === name)
      .reduce((sum, [statement, count]) => sum + count - (before.get(statement) ?? 0), 0);
  await vi.waitUntil(() => runs('place_outbox_entries') >= 3, 30_000);
  expect(runs('read_changes')).toBe(0);
  expect(runs()).toBeLessThan(FEW);

  await rest.put('/tenant-configs?serviceInstanceName=epts', { a: 1 });
  for (const answer of await Promise.all(told)) {
    expect(answer).toMatchObject({ position: since + 1, changes: [{ position: since + 1 }] });
  }
  expect(runs('read_changes')).toBeGreaterThan(0);
  expect(runs()).toBeLessThan(FEW);
  expect(await waitingAt(management)).toBe(0);
  await tekton.stop();
  watched.close();
  await nats.stop();
}, 120_000);
