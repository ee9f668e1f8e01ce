import { afterAll, beforeAll, expect, it } from 'vitest';
import { isAskedFor, type PlacedChange } from '../../src/changes/change.js';
import { PlayedFeed, type Entry } from './played-feed.js';

const INSTANCES = [undefined, 'epts', 'cmx'];
const TENANTS = [undefined, 'acme', 'globex', ''];
const APPS = ['all', new Set<string>(), new Set(['kettle']), new Set(['kettle', 'lamp'])] as const;

/** Every combination of what an entry can say, also those that no change makes. */
const ENTRIES: Entry[] = [null, 'epts', 'cmx-ota'].flatMap((serviceInstanceName) =>
  [null, 'acme', 'globex'].flatMap((tenantId) =>
    [null, [], ['acme'], ['globex', 'kaa']].flatMap((concernedTenantIds) =>
      [null, 'kettle', 'lamp', 'toaster'].map((appName) => ({
        serviceInstanceName,
        tenantId,
        concernedTenantIds,
        appName,
      })),
    ),
  ),
);

let played: PlayedFeed;
beforeAll(async () => {
  played = await PlayedFeed.start();
  await played.place(...ENTRIES);
});
afterAll(() => played.stop());

it('memory and the database find the same for every query', async () => {
  const { placed } = await played.store.readAll(0, ENTRIES.length);
  expect(placed).toHaveLength(ENTRIES.length);
  const counts = new Set<number>();
  for (const serviceInstanceName of INSTANCES) {
    for (const tenantId of TENANTS) {
      for (const readable of APPS) {
        const query = { serviceInstanceName, tenantId, readable, since: 5, limit: 5000 };
        const found = await played.store.read(query, 100_000);
        const remembered = placed.filter((one) => isAskedFor(one, query));
        // Whom a wide entry concerns is fetched for memory only.
        const changes = (placed: readonly PlacedChange[]) => placed.map(({ change }) => change);
        expect(changes(found.placed)).toEqual(changes(remembered));
        counts.add(remembered.length);
      }
    }
  }
  // The queries do differ.
  expect(counts.size).toBeGreaterThan(10);
});
