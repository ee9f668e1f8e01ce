import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RestClient } from '../support/rest-client.js';
import { TektonProcess } from '../support/tekton-process.js';
import { CMX, NOTHING, RemovalStage } from './removal-stage.js';

const DELETED = 'The applications and configurations of a tenant that is gone were deleted';

let stage: RemovalStage;
const processes: TektonProcess[] = [];
afterEach(async () => {
  for (const process of processes.splice(0)) await process.kill();
  await stage.stop();
});
beforeEach(async () => {
  stage = await RemovalStage.start();
  await stage.fill('acme', 'kettle');
  await stage.fill('globex', 'lamp');
});

function startProcess(environment: Record<string, string> = {}): TektonProcess {
  const process = new TektonProcess({
    ...stage.environment(),
    LOG_LEVEL: 'info',
    LOGGING_AUDIT: 'true',
    ...environment,
  });
  processes.push(process);
  return process;
}

it('several replicas that hear several events tell once, and count once', async () => {
  const others = [startProcess(), startProcess()];
  for (const other of others) await other.serving();
  await stage.startAnother();
  stage.unlist('acme');
  for (let n = 0; n < 3; n++) await stage.tell('unregistered', 'acme');
  await expect.poll(() => stage.dataOf('acme')).toEqual(NOTHING);
  await stage.age(3);
  await stage.look();
  await expect.poll(() => stage.requested()).toEqual([]);
  expect((await stage.dataOf('globex')).configurations).toBe(3);
  // Sent after whatever else there was to be sent.
  await (await stage.as('globex')).delete('/applications/lamp');
  await expect.poll(() => stage.test.subscriber.all.at(-1)?.appName).toBe('lamp');
  expect(stage.removalsTold()).toEqual(['broadcast delete tekton: acme - -']);
  const removers = others.filter((other) => other.log().some(({ msg }) => msg === DELETED));
  expect(removers.length).toBeLessThanOrEqual(1);
});

it('what one replica has noted another finishes, and says so in its log', async () => {
  const [first, second] = [startProcess(), startProcess()];
  await first.serving();
  await second.serving();
  await stage.stopFirst();
  await stage.tell('unregistered', { tenantId: 'acme', correlationId: 'bye' });
  await expect.poll(() => stage.requested()).toEqual(['acme']);
  await first.kill();
  expect((await stage.dataOf('acme')).applications).toBe(1);
  stage.unlist('acme');
  await stage.look();
  const line = await second.waitForLog(DELETED);
  const counts = { applications: 1, appVersions: 1, configurations: 3 };
  expect(line).toMatchObject({ level: 'info', tenant: 'acme', correlationId: 'bye', counts });
  const audit = second.log().filter(({ audit }) => audit === true);
  expect(audit).toEqual([
    expect.objectContaining({
      operation: 'delete',
      tenantId: 'acme',
      correlationId: 'bye',
      counts,
    }),
  ]);
  expect(audit[0]).not.toHaveProperty('subject');
  await expect.poll(() => stage.dataOf('acme')).toEqual(NOTHING);
});

it('what was noted before a kill -9 is finished by who starts next', async () => {
  await stage.stopFirst();
  const killed = startProcess();
  await killed.serving();
  await stage.tell('unregistered', 'acme');
  await expect.poll(() => stage.requested()).toEqual(['acme']);
  await killed.kill();
  stage.unlist('acme');
  await startProcess().serving();
  await expect.poll(() => stage.dataOf('acme')).toEqual(NOTHING);
  await expect.poll(() => stage.removalsTold()).toHaveLength(1);
});

it('history that was left over by a kill -9 is erased by who starts next', async () => {
  await stage.stopFirst();
  const rows = `configuration_id, revision, tenant_id, operation, changed_at, changed_by,
    correlation_id`;
  await stage.sql(`INSERT INTO configuration_revisions (${rows})
    SELECT 1000, n, 'initech', 'delete', now(), 'x', 'y' FROM generate_series(1, 3000) AS n`);
  await stage.sql(`INSERT INTO tenant_removals VALUES ('initech', 'x', now() - interval '3 min')`);
  await startProcess().serving();
  await expect.poll(() => stage.dataOf('initech')).toEqual(NOTHING);
  expect(stage.removalsTold()).toEqual([]);
});

it('an event is noted once the database is back, and an old request is given up aloud', async () => {
  const process = startProcess();
  await process.serving();
  await stage.stopFirst();
  stage.test.manager.fault = 'refuse';
  // Nobody can write until it is let go.
  await stage.sql('ALTER TABLE tenant_removals RENAME TO away');
  await stage.tell('unregistered', 'acme');
  await expect.poll(() => process.stdout).toContain('cannot be noted yet');
  await stage.sql('ALTER TABLE away RENAME TO tenant_removals');
  await expect.poll(() => stage.requested()).toEqual(['acme']);
  await stage.age(61);
  stage.unlist('acme');
  stage.test.manager.fault = 'none';
  await stage.look();
  await expect.poll(() => stage.requested()).toEqual([]);
  expect((await stage.dataOf('acme')).applications).toBe(1);
  await expect
    .poll(() => process.log().filter(({ level }) => level === 'warn'))
    .toContainEqual(
      expect.objectContaining({
        tenant: 'acme',
        msg: expect.stringMatching(/unregistered .* again/) as string,
      }),
    );
});

it('whoever writes meanwhile is never told 500, and leaves nothing', async () => {
  const clients = [stage.platform];
  const another = await stage.startAnother();
  clients.push(another.with({ authorization: `Bearer ${await platformToken()}` }));
  const statuses = new Map<string, Set<number>>();
  let isOver = false;
  const writers = WRITES.flatMap(([name, write]) =>
    clients.map(async (client) => {
      const seen = statuses.get(name) ?? new Set();
      statuses.set(name, seen);
      for (let n = 0; !isOver; n++) seen.add((await write(client, n)).status);
    }),
  );
  const areAllServed = () =>
    WRITES.every(([name]) => [...(statuses.get(name) ?? [])].some((status) => status < 300));
  await expect.poll(areAllServed).toBe(true);
  stage.unlist('acme');
  await stage.tell('unregistered', 'acme');
  const removedOnce = () => stage.removalsTold().length;
  await expect.poll(removedOnce).toBeGreaterThan(0);
  await expect.poll(async () => (await stage.platform.get(APP)).status).toBe(404);
  isOver = true;
  await Promise.all(writers);
  for (const [name, seen] of statuses) {
    expect([name, [...seen].filter((status) => status >= 500)]).toEqual([name, []]);
  }
  await stage.age(3);
  await expect
    .poll(async () => {
      await stage.look();
      return stage.requested();
    })
    .toEqual([]);
  expect(await stage.dataOf('acme')).toEqual(NOTHING);
  expect((await stage.dataOf('globex')).configurations).toBe(3);
});

const APP = '/applications/kettle';
const TENANT = 'tenantId=acme';

/** What a service with all scopes may do with the things of a tenant. */
const WRITES: [string, (client: RestClient, n: number) => Promise<{ status: number }>][] = [
  ['put', (to, n) => to.put(`/app-configs${APP}?${CMX}`, { n })],
  ['put all', (to, n) => to.put(`/app-configs${APP}`, { cmx: { n }, 'cmx-ota': { retries: 1 } })],
  ['put below', (to, n) => to.put(`/app-configs${APP}/app-versions/kettle-v1?${CMX}`, { n })],
  ['patch', (to, n) => to.patch(`/app-configs${APP}?${CMX}`, { [`n${n % 5}`]: n })],
  ['delete', (to) => to.delete(`/app-configs${APP}?${CMX}`)],
  ['tenant', (to, n) => to.put(`/tenant-configs?${TENANT}&${CMX}`, { n })],
  [
    'versions',
    (to, n) => to.post(`${APP}/app-versions`, { suffix: `w${n}${Math.random()}`.replace('.', '') }),
  ],
  ['describe', (to, n) => to.patch(APP, { description: `d${n}` })],
  [
    'create',
    (to, n) =>
      to.post(`/applications?${TENANT}`, { name: `made-${n}-${Math.random()}`.replace('.', '') }),
  ],
  [
    'load',
    (to, n) =>
      to.post(`/app-configs?${TENANT}`, {
        cmx: { kaa: { applications: { kettle: { n }, pot: { n }, pan: { n } } } },
      }),
  ],
  [
    'replace',
    (to, n) =>
      to.post(`/app-configs?${TENANT}&mode=replace`, {
        'cmx-ota': { kaa: { applications: { pan: { retries: n % 5 } } } },
      }),
  ],
];

function platformToken(): Promise<string> {
  const scope = 'kaa:application:create kaa:application:read kaa:application:update';
  return stage.test.issuers.sign('kaa', { scope });
}
