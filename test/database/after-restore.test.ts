import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it } from 'vitest';
import { goOnAfterRestore } from '../../src/outbox/after-restore.js';
import { startTekton } from '../../src/start-tekton.js';
import { createDatabase, databaseUrl, withDatabase } from '../support/database.js';
import { RestClient } from '../support/rest-client.js';
import { Subscriber, summarise } from '../support/subscriber.js';
import { startTestNats, testEnvironment } from '../support/test-tekton.js';

const CMX = '/tenant-configs?serviceInstanceName=cmx';

it('a database that was restored goes on, and everybody is told to read again', async () => {
  const nats = await startTestNats();
  const subscriber = await Subscriber.connect(nats.nats.url);
  const url = await createDatabase(inject('postgresUrl'));
  const first = await startTekton(testEnvironment(url, nats.nats.url));
  await first.ready;
  const before = new RestClient(`${first.restUrl}/api/v1`);
  await before.put(CMX, { n: 1 });
  await before.put(CMX, { n: 2 });
  await subscriber.take(2);
  await first.stop();

  // A backup of a moment when the last change was committed and not sent yet.
  const name = new URL(url).pathname.slice(1);
  const copy = `${name}_restored`;
  await withDatabase(url, name, (client) =>
    client.query('UPDATE relay_lease SET sent_position = 1'),
  );
  await withDatabase(url, 'postgres', (client) =>
    client.query(`CREATE DATABASE ${copy} TEMPLATE ${name}`),
  );
  const position = await withDatabase(url, copy, goOnAfterRestore);

  const second = await startTekton(testEnvironment(databaseUrl(url, copy), nats.nats.url));
  await second.ready;
  const after = new RestClient(`${second.restUrl}/api/v1`);
  expect((await after.get(CMX)).json()).toEqual({ n: 2 });
  expect((await subscriber.take(2)).map(summarise)).toEqual([
    'targeted upsert cmx: kaa - - r2',
    'broadcast upsert tekton: - - -',
  ]);
  // Also for one that was given after the backup.
  for (const since of [1, 2, 500]) {
    expect((await after.get(`/changes?since=${since}`)).status).toBe(410);
  }
  expect((await after.get('/bulk?serviceInstanceName=cmx')).headers.get('x-position')).toBe(
    String(Number(position) + 2),
  );
  await after.put(CMX, { n: 3 });
  const [message] = await subscriber.take(1);
  expect(message).toMatchObject({ revision: 3, position: Number(position) + 3 });
  await expect
    .poll(async () => (await new RestClient(second.managementUrl).get('/metrics')).text)
    .toMatch(/^tekton_outbox_backlog 0$/m);
  await second.stop();
  await subscriber.close();
  await nats.stop();
});

/** Runs a command that is built, with no settings but these. */
function command(
  name: string,
  environment: Record<string, string>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const script = fileURLToPath(new URL(`../../dist/${name}.js`, import.meta.url));
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, ...environment };
    const child = execFile(process.execPath, [script], { env }, (_, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

describe('the command', () => {
  const countEntries = (url: string) =>
    withDatabase(url, new URL(url).pathname.slice(1), async (client) => {
      const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM outbox');
      return rows[0]?.count;
    });

  it('needs the URL of the database and nothing else', async () => {
    const DATABASE_URL = await createDatabase(inject('postgresUrl'));
    expect(await command('after-restore', { DATABASE_URL })).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^Positions go on after 1000000000\. /) as string,
      stderr: '',
    });
    expect(await countEntries(DATABASE_URL)).toBe('1');
  });

  it('says what is wrong with that', async () => {
    for (const name of ['after-restore', 'migrate']) {
      const { code, stderr } = await command(name, {});
      expect([code, stderr]).toEqual([78, expect.stringContaining('database.url: is required')]);
    }
  });

  it('migrates with the URL of the database and nothing else', async () => {
    const DATABASE_URL = await createDatabase(inject('postgresUrl'), { migrated: false });
    const { code, stdout } = await command('migrate', { DATABASE_URL });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Migrated: InitialSchema/)]);
  });

  it('waits as long as it takes, whatever the limits of Tekton are', async () => {
    const DATABASE_URL = await createDatabase(inject('postgresUrl'));
    const ending = await withDatabase(
      DATABASE_URL,
      new URL(DATABASE_URL).pathname.slice(1),
      async (client) => {
        await client.query('BEGIN');
        await client.query('SELECT FROM relay_lease FOR UPDATE');
        const limits = { DATABASE_RELAY_TIMEOUT: '1', DATABASE_QUERY_TIMEOUT: '1' };
        const running = command('after-restore', { DATABASE_URL, ...limits });
        await Promise.race([running, sleep(2500)]);
        await client.query('COMMIT');
        return running;
      },
    );
    expect(ending).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    ['holds no Tekton', { migrated: false }, '', 'There is no Tekton in this database'],
    ['lacks a row', {}, 'DELETE FROM relay_lease', 'The table relay_lease has no row'],
    [
      'is of an earlier version',
      {},
      'ALTER TABLE relay_lease DROP COLUMN pruned_position',
      'The backup is of an earlier version of Tekton',
    ],
  ])('leaves a database as it is that %s, and says so', async (_, how, spoil, told) => {
    const url = await createDatabase(inject('postgresUrl'), how);
    await withDatabase(url, new URL(url).pathname.slice(1), (client) => client.query(spoil));
    const { code, stdout, stderr } = await command('after-restore', { DATABASE_URL: url });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(told);
    // No stack.
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    if (spoil !== '') expect(await countEntries(url)).toBe('0');
  });
});
