import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterEach, expect, it } from 'vitest';
import { TenantRegister } from '../../src/tenancy/tenant-register.js';
import { withDatabase } from '../support/database.js';
import { startSecureTekton } from '../support/secure-tekton.js';
import { tenantEventBytes } from '../support/tenant-event-bytes.js';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

const DELETE = { KAA_TEKTON_TENANT_REMOVAL: 'delete' };

let test: TestTekton;
let nats: NatsConnection;
afterEach(async () => {
  await nats.close();
  await test.stop();
});

async function unregister(...tenantIds: string[]): Promise<void> {
  for (const tenantId of tenantIds) {
    nats.publish(
      'kaa.v1.events.tm.tenant.lifecycle.unregistered',
      tenantEventBytes({ tenantId, correlationId: `of-${tenantId}` }),
    );
  }
  await nats.flush();
}

function sql<Row>(text: string): Promise<Row[]> {
  const database = new URL(test.databaseUrl).pathname.slice(1);
  return withDatabase(test.databaseUrl, database, async (client) => {
    const { rows } = await client.query(text);
    return rows as Row[];
  });
}

async function addApplications(...tenantIds: string[]): Promise<void> {
  for (const id of tenantIds) {
    await sql(`INSERT INTO applications (tenant_id, name, relaxed_name, display_name)
      VALUES ('${id}', '${id}-app', '${id}app', 'An application')`);
  }
}

async function owners(): Promise<string[]> {
  const rows = await sql<{ tenant_id: string }>(
    'SELECT tenant_id FROM applications ORDER BY tenant_id',
  );
  return rows.map((row) => row.tenant_id);
}

it('tenants of the settings stay while they are listed there', async () => {
  test = await startSecureTekton(DELETE);
  nats = await connect({ servers: test.nats.url });
  await addApplications('acme', 'initech');
  await unregister('acme', 'initech');
  await expect.poll(owners).toEqual(['acme']);
});

it('without security nobody says who is gone: all stay, and nothing is requested', async () => {
  test = await startTestTekton(DELETE);
  nats = await connect({ servers: test.nats.url });
  await addApplications('acme', 'initech', 'kaa');
  // The process's, so also of the test before.
  const before = await heard();
  await unregister('acme', 'initech', 'kaa');
  await expect.poll(heard).toBe(before + 3);
  expect(await sql('SELECT * FROM tenant_removals')).toEqual([]);
  expect(await owners()).toEqual(['acme', 'initech', 'kaa']);
  // Even if it were asked.
  const source = {
    changes: false,
    list: () => Promise.resolve([]),
    listIds: () => Promise.resolve(new Set<string>()),
  };
  expect(await new TenantRegister(source, true).listedAmong(['a', 'b'])).toEqual(
    new Set(['a', 'b']),
  );
});

async function heard(): Promise<number> {
  const { text } = await test.management.get('/metrics');
  const line = /^tekton_tenant_events_total\{event="unregistered",result="read"\} (\d+)$/m;
  return Number(line.exec(text)?.[1] ?? 0);
}
