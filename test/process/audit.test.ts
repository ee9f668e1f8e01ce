import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createDatabase } from '../support/database.js';
import type { RestClient } from '../support/rest-client.js';
import { AUDIENCE, securityEnvironment, TENANT_IDS } from '../support/secure-tekton.js';
import { TektonProcess } from '../support/tekton-process.js';
import { TestIssuers } from '../support/test-issuers.js';
import { startTestNats, testEnvironment } from '../support/test-tekton.js';

const EPTS = 'serviceInstanceName=epts';
const APP = '/applications/kettle';
const CONFIG = `/app-configs${APP}?${EPTS}`;
const ALICE = { callerTenant: 'acme', subject: 'alice', client: 'dashboard' };
const ACME_KETTLE = { tenantId: 'acme', appName: 'kettle' };

let issuers: TestIssuers;
let nats: Awaited<ReturnType<typeof startTestNats>>;
let tekton: TektonProcess;
let alice: RestClient;
let service: RestClient;
beforeAll(async () => {
  issuers = await TestIssuers.start({
    tenants: TENANT_IDS.map((id) => ({ id, audience: AUDIENCE, clients: [] })),
  });
  nats = await startTestNats();
  tekton = new TektonProcess(
    testEnvironment(await createDatabase(inject('postgresUrl')), nats.nats.url, {
      ...securityEnvironment(issuers),
      LOGGING_AUDIT: 'true',
      LOG_LEVEL: 'debug',
    }),
  );
  const rest = await tekton.serving();
  const as = async (tenantId: string, claims: Record<string, unknown>) =>
    rest.with({ authorization: `Bearer ${await issuers.sign(tenantId, claims)}` });
  alice = await as('acme', {
    sub: 'alice',
    azp: 'dashboard',
    scope: 'tenant:application:create application:read application:update application:delete',
  });
  service = await as('kaa', { sub: 'deployer', scope: 'kaa:application:update' });
});
afterAll(async () => {
  await tekton.kill();
  await nats.stop();
  await issuers.stop();
});

it('tells of each change who made it, and from which revision to which', async () => {
  const given = { ...ALICE, ...ACME_KETTLE };
  expect(await auditOf(alice.post('/applications', { name: 'kettle' }))).toEqual([
    { ...given, operation: 'create' },
  ]);
  expect(await auditOf(alice.patch(APP, { description: 'Boils' }))).toEqual([
    { ...given, operation: 'update' },
  ]);
  const version = { ...given, appVersionName: 'kettle-v1' };
  expect(await auditOf(alice.post(`${APP}/app-versions`, { suffix: 'v1' }))).toEqual([
    { ...version, operation: 'create' },
  ]);
  const config = { ...given, appVersionName: null, serviceInstanceName: 'epts' };
  expect(await auditOf(alice.put(CONFIG, { autoExtraction: true }))).toEqual([
    { ...config, operation: 'upsert', fromRevision: 0, toRevision: 1 },
  ]);
  expect(await auditOf(alice.patch(CONFIG, { autoExtraction: false }))).toEqual([
    { ...config, operation: 'upsert', fromRevision: 1, toRevision: 2 },
  ]);
  expect(await auditOf(alice.delete(CONFIG))).toEqual([
    { ...config, operation: 'delete', fromRevision: 2, toRevision: 3 },
  ]);
  expect(await auditOf(alice.put(`/app-configs${APP}`, { cmx: {}, 'cmx-ota': {} }))).toEqual(
    ['cmx', 'cmx-ota'].map((serviceInstanceName) => ({
      ...config,
      serviceInstanceName,
      operation: 'upsert',
      fromRevision: 0,
      toRevision: 1,
    })),
  );
  expect(await auditOf(alice.delete(`${APP}/app-versions/kettle-v1`))).toEqual([
    { ...version, operation: 'delete', serviceInstanceNames: [] },
  ]);
  expect(await auditOf(alice.delete(APP))).toEqual([
    { ...given, operation: 'delete', serviceInstanceNames: ['cmx', 'cmx-ota'] },
  ]);
});

it('tells of a load as a whole, with its counts', async () => {
  const load = { cmx: { kaa: { applications: { lamp: { a: 1 } } } } };
  const [line] = await auditOf(service.post('/app-configs?tenantId=globex', load));
  expect(line).toMatchObject({
    callerTenant: 'kaa',
    subject: 'deployer',
    operation: 'load',
    counts: { applications: { created: 1 }, configurations: { created: 1 } },
  });
});

it('says nothing of what changed nothing', async () => {
  expect(await auditOf(alice.post('/applications?dryRun=true', { name: 'kettle' }))).toEqual([]);
  expect(await auditOf(alice.post('/applications', { name: 'LAMP' }))).toEqual([]);
  expect(await auditOf(alice.get('/applications'))).toEqual([]);
});

/** The audit lines of a call, without what every line has. */
async function auditOf(call: ReturnType<RestClient['get']>): Promise<unknown[]> {
  const id = (await call).headers.get('x-correlation-id');
  const lines = () => tekton.log().filter(({ correlationId }) => correlationId === id);
  // It is the last line of every call.
  await expect.poll(() => lines().some(({ msg }) => msg === 'Answered')).toBe(true);
  return lines()
    .filter(({ audit }) => audit === true)
    .map(({ level, time, audit, correlationId, msg, ...line }) => {
      expect({ level, audit, correlationId, msg }).toEqual({
        level: 'info',
        audit: true,
        correlationId: id,
        msg: 'Changed',
      });
      expect(time).toMatch(/Z$/);
      return line;
    });
}
