import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { PlayedTenantManager, managedTenant } from '../support/played-tenant-manager.js';
import { TENANT_IDS } from '../support/secure-tekton.js';
import { tenantEventBytes } from '../support/tenant-event-bytes.js';
import { TestIssuers } from '../support/test-issuers.js';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

const SUBJECT = 'kaa.v1.events.tm-1.tenant.lifecycle';
/** The vector of the specification: `acme`, made with an independent implementation. */
const ACME = Buffer.from(
  '4833663063316639652d376136342d346331632d396135352d30643562316332653961313080a0d5edee66000861636d6508746d2d30',
  'hex',
);

let issuers: TestIssuers;
let manager: PlayedTenantManager;
let test: TestTekton;
let nats: NatsConnection;
beforeAll(async () => {
  issuers = await TestIssuers.start({ tenants: TENANT_IDS.map((id) => ({ id, clients: [] })) });
  manager = await PlayedTenantManager.start();
  manager.tenants = TENANT_IDS.map((id) => managedTenant(id, { issuer: issuers.issuerOf(id) }));
  test = await startTestTekton({
    KAA_SECURITY_ENABLED: 'true',
    KAA_TENANT_MANAGER_URL: manager.url,
    // Nothing but the events makes Tekton look again.
    KAA_TENANCY_REFRESH_INTERVAL: '3600',
  });
  nats = await connect({ servers: test.nats.url });
});
afterAll(async () => {
  await nats.close();
  await test.stop();
  await manager.stop();
  await issuers.stop();
});
beforeEach(async () => {
  await publish('updated', ACME);
  await expect.poll(() => statusOf('acme')).toBe(200);
});

it('refuses the tokens of an unregistered tenant at once, also known ones', async () => {
  await publish('unregistered', ACME);
  await expect.poll(() => statusOf('acme')).toBe(401);
  // The Tenant Manager lists it still; it is not served for that.
  await expect.poll(() => manager.requests.length).toBeGreaterThan(1);
  expect(await statusOf('acme')).toBe(401);
  expect(await statusOf('globex')).toBe(200);
});

it('serves a tenant again that was updated since it was unregistered', async () => {
  await publish('unregistered', ACME);
  await expect.poll(() => statusOf('acme')).toBe(401);
  await publish('updated', ACME);
  await expect.poll(() => statusOf('acme')).toBe(200);
});

it('forgets the keys of an updated tenant', async () => {
  const before = issuers.requests('acme').jwks;
  await publish('updated', ACME);
  await expect
    .poll(async () => {
      await statusOf('acme');
      return issuers.requests('acme').jwks;
    })
    .toBeGreaterThan(before);
});

it('looks for a new issuer of an updated tenant', async () => {
  const listed = [...manager.tenants];
  manager.tenants = listed.map((tenant) =>
    tenant.id === 'acme' ? { ...tenant, issuer: `${issuers.url}/elsewhere` } : tenant,
  );
  await publish('updated', ACME);
  await expect.poll(() => statusOf('acme')).toBe(401);
  manager.tenants = listed;
});

it('has the events of these tests as the specification has them', () => {
  expect(tenantEventBytes({ tenantId: 'acme' })).toEqual(ACME);
});

const NO_IDS = ['', ' acme', 'acme ', 'acme\n', 'a/b', '.', 'ä', '*', '>', 'x'.repeat(129), 'a\0'];
const NO_EVENTS: readonly Buffer[] = [
  ...Array.from({ length: ACME.length }, (_, length) => ACME.subarray(0, length)),
  Buffer.from('{"tenantId":"acme"}'),
  Buffer.concat([ACME, Buffer.from('more')]),
  Buffer.concat([ACME, ACME]),
  // A record with one field less, one with other types, and an object container file.
  Buffer.concat([Buffer.from([8]), Buffer.from('acme')]),
  Buffer.from('8101010101', 'hex'),
  Buffer.concat([Buffer.from('Obj\x01'), ACME]),
  // Lengths without an end, below zero, and beyond what there is.
  Buffer.alloc(5000, 0xff),
  Buffer.from('01', 'hex'),
  Buffer.from('feffffff0f', 'hex'),
  Buffer.alloc(900_000, 0x41),
  tenantEventBytes({ tenantId: 'acme', timestamp: 2n ** 63n - 1n }),
  ...NO_IDS.map((tenantId) => tenantEventBytes({ tenantId })),
];

it('is not harmed by what is no such event', async () => {
  const before = await unreadable();
  for (const payload of NO_EVENTS) {
    for (const event of ['updated', 'unregistered']) await publish(event, payload);
  }
  await expect.poll(unreadable).toBe(before + 2 * NO_EVENTS.length);
  expect(await statusOf('acme')).toBe(200);
});

it.each(['', 'a\0b', 'ä\n', 'x'.repeat(900_000)])(
  'takes an event whose correlation ID is unfit: %.8j',
  async (correlationId) => {
    const event = tenantEventBytes({ tenantId: 'acme', correlationId, timestamp: -1n });
    await publish('unregistered', event);
    await expect.poll(() => statusOf('acme')).toBe(401);
  },
);

async function publish(event: string, payload: Uint8Array): Promise<void> {
  nats.publish(`${SUBJECT}.${event}`, payload);
  await nats.flush();
}

const tokens = new Map<string, string>();

/** What a caller with the one token of its tenant is answered. */
async function statusOf(tenantId: string): Promise<number> {
  const token = tokens.get(tenantId) ?? (await issuers.sign(tenantId));
  tokens.set(tenantId, token);
  const headers = { authorization: `Bearer ${token}` };
  return (await test.rest.get('/service-instances', { headers })).status;
}

async function unreadable(): Promise<number> {
  const { text } = await test.management.get('/metrics');
  const counts = text.matchAll(/^tekton_tenant_events_total\{.*result="unreadable".*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}
