import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STATEMENTS } from '../../src/configurations/configuration-statements.js';
import { driverSettings } from '../../src/database/driver-settings.js';
import { PLACE } from '../../src/scmp/relay-lease-statements.js';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

const MANY = 'text[], text[], text[], text[]';
const DOCUMENTS = 'text[], text[], text[], text[], text[], text[]';
const { find, findEach, put, replaceEach } = STATEMENTS.appversion;

describe('a statement that is planned while there is nearly nothing in a table', () => {
  let test: TestTekton;
  let client: pg.Client;

  beforeAll(async () => {
    test = await startTestTekton();
    await test.rest.post('/applications', { name: 'kettle' });
    await test.subscriber.take(1);
    client = new pg.Client(
      driverSettings({
        url: test.databaseUrl,
        applicationName: 'planning',
        connectTimeoutMs: 5000,
        silenceTimeoutMs: 5000,
      }),
    );
    await client.connect();
    await client.query('ANALYZE');
    await client.query('SET plan_cache_mode = force_generic_plan');
  });
  afterAll(async () => {
    await client.end();
    await test.stop();
  });

  it.each([
    [find, 'text, text, text, text[]'],
    [findEach, MANY],
    [
      put,
      'text, text, text, text[], text[], text[], bigint[], text[], text, bigint, bigint, bigint',
    ],
    [replaceEach, `${MANY}, ${DOCUMENTS}`],
    [PLACE, 'bigint, bigint, bigint, bigint, bigint'],
  ])('reads no whole table later on: $name', async ({ name, text }, types) => {
    await client.query(`PREPARE ${name} (${types}) AS ${text}`);
    const nulls = types.split(',').map(() => 'NULL');
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN EXECUTE ${name} (${nulls.join(', ')})`,
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(/Index (Only )?Scan/);
    // There is one lease.
    expect(plan.match(/Seq Scan on (?!relay_lease).*/g)).toBeNull();
  });
});
