import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfigurationChange } from 'tekton-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Gate } from '../support/gate.js';
import { ClientTest, type WatchedClient } from './watched-client.js';

const APPLICATIONS = ['one', 'two', 'three'];
const ROUNDS = 150;

let test: ClientTest;
let gates: { nats: Gate; tekton: Gate };

beforeAll(async () => {
  test = await ClientTest.start();
  gates = {
    nats: await Gate.before(test.test.nats.port),
    tekton: await Gate.before(Number(new URL(test.test.tekton.restUrl).port)),
  };
  for (const gate of [gates.nats, gates.tekton]) gate.open();
});
afterAll(async () => {
  await test.stop();
  for (const gate of [gates.nats, gates.tekton]) gate.close();
});

const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)] as T;

/** Changes something, in any way that there is. */
async function changeSomething(round: number): Promise<void> {
  const { rest } = test.test;
  const app = pick(APPLICATIONS);
  const version = `${app}-${pick(['v1', 'v2'])}`;
  const query = '?serviceInstanceName=epts';
  const ofApp = `/app-configs/applications/${app}${query}`;
  const ofVersion = `/app-configs/applications/${app}/app-versions/${version}${query}`;
  const load = { [version]: { path: `/load/${round}` } };
  const ways: (() => Promise<unknown>)[] = [
    () => rest.put(ofApp, { timeSeries: [{ name: 'x'.repeat(round + 1) }] }),
    () => rest.put(ofVersion, { path: `/${round}` }),
    () => rest.patch(ofVersion, { path: `/patched/${round}` }),
    () => rest.delete(ofVersion),
    () => rest.delete(ofApp),
    () => rest.put(`/tenant-configs${query}`, { round }),
    () => rest.delete(`/tenant-configs${query}`),
    () =>
      rest.post('/app-configs', {
        epts: {
          kaa: { applications: { [app]: { autoExtraction: round % 2 === 0, versions: load } } },
        },
      }),
    () => rest.delete(`/applications/${app}`),
    () => rest.post('/applications', { name: app }),
    () => rest.post(`/applications/${app}/app-versions`, { name: version }),
  ];
  await pick(ways)();
}

/** Takes NATS, or Tekton, away from the clients now and then, in different ways. */
async function disturb(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const gate = pick([gates.nats, gates.tekton]);
    if (Math.random() < 0.5) gate.shut();
    else gate.hold(pick(['answers', 'everything'] as const));
    await sleep(Math.random() * 150);
    gate.open();
    await sleep(Math.random() * 200);
  }
}

/** What there is, as Tekton says. */
async function standing(): Promise<unknown[]> {
  const answer = await test.test.rest.get('/bulk?serviceInstanceName=epts&revisions=true');
  const { tenants } = answer.json() as { tenants: Tenant[] };
  return tenants.flatMap(({ applications = [], ...tenant }) => [
    ...found(`tenant ${tenant.tenantId}`, tenant),
    ...applications.flatMap(({ appVersions = [], ...application }) => [
      ...found(`application ${application.name}`, application),
      ...appVersions.flatMap((version) => found(`appversion ${version.name}`, version)),
    ]),
  ]);
}

interface Place {
  config?: unknown;
  configRevision?: number;
}
interface Tenant extends Place {
  tenantId: string;
  applications?: (Place & { name: string; appVersions?: (Place & { name: string })[] })[];
}

function found(name: string, { config, configRevision }: Place): unknown[] {
  return config === undefined ? [] : [{ name, value: config, revision: configRevision }];
}

function inForce({ client }: WatchedClient): unknown[] {
  return [...client.configurations()].map(({ address, value, revision }) => {
    const name = Object.values(address).at(-1);
    return { name: `${address.level} ${name ?? ''}`, value, revision };
  });
}

it('whatever is taken away while everything changes, clients never go back and miss nothing', async () => {
  const applied = [0, 1, 2].map((): ConfigurationChange[] => []);
  const clients = await Promise.all(
    applied.map((changes) =>
      test.started({
        url: `http://127.0.0.1:${gates.tekton.port}`,
        nats: `nats://127.0.0.1:${gates.nats.port}`,
        limits: { requestTimeout: 100, singleReads: 2, retryLast: 100 },
        apply: async (change) => {
          await sleep(Math.random() * 3);
          changes.push(change);
        },
      }),
    ),
  );
  const over = new AbortController();
  const disturbing = disturb(over.signal);
  for (let round = 0; round < ROUNDS; round++) {
    await changeSomething(round);
    await sleep(Math.random() * 40);
  }
  over.abort();
  await disturbing;

  for (const client of clients) {
    await expect
      .poll(async () => ({ is: sorted(inForce(client)), shouldBe: sorted(await standing()) }))
      .toSatisfy(({ is, shouldBe }) => is === shouldBe);
  }
  for (const changes of applied) {
    expect(changes.length).toBeGreaterThan(10);
    for (const change of changes.filter(({ type }) => type === 'upsert')) {
      const earlier = changes
        .slice(0, changes.indexOf(change))
        .filter(({ address }) => JSON.stringify(address) === JSON.stringify(change.address));
      for (const { revision = 0 } of earlier) expect(change.revision).toBeGreaterThan(revision);
    }
  }
});

function sorted(all: unknown[]): string {
  return all
    .map((one) => JSON.stringify(one))
    .sort()
    .join('\n');
}
