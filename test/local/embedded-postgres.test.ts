import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/local/embedded-postgres.js';
import { temporaryFolder } from './temporary-folder.js';

const settings = { fsync: 'off' };

async function start(dataFolder: string): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataFolder, settings });
  onTestFinished(() => postgres.stop());
  return postgres;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('the first start makes a database, and a restart finds its data again', async () => {
  const dataFolder = temporaryFolder();
  const first = await start(dataFolder);
  expect(first.adopted).toBe(false);
  expect(new URL(first.url)).toMatchObject({ hostname: '127.0.0.1', pathname: '/tekton' });
  await query(first.url, "CREATE TABLE kettle AS SELECT 'smart' AS kind");
  await first.stop();

  const second = await start(dataFolder);
  expect(second.adopted).toBe(false);
  expect(await query(second.url, 'SELECT kind FROM kettle')).toEqual([{ kind: 'smart' }]);
});

test('the database sorts by code point and knows the letters of all languages', async () => {
  const { url } = await start(temporaryFolder());
  const rows = await query(
    url,
    `SELECT current_setting('server_encoding') AS encoding, lower('ÄŒ') AS lower, 'a' > 'B' AS codepoint`,
  );
  expect(rows).toEqual([{ encoding: 'UTF8', lower: 'äœ', codepoint: true }]);
});

test('a connection without the password is refused', async () => {
  const { url } = await start(temporaryFolder());
  const wrong = new URL(url);
  wrong.password = 'wrong';
  await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
});

test('a server that runs on the folder already is adopted, and stopped in the end', async () => {
  const dataFolder = temporaryFolder();
  const left = await start(dataFolder);
  const adopted = await start(dataFolder);
  expect(adopted).toMatchObject({ adopted: true, port: left.port, url: left.url });
  await adopted.stop();
  await expect(query(left.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
});

test('a start that was cut short while making the database is made up for', async () => {
  const dataFolder = temporaryFolder();
  const controller = new AbortController();
  const interrupted = startEmbeddedPostgres({
    dataFolder,
    settings,
    signal: controller.signal,
    // It is said just before initdb starts.
    report: () =>
      setTimeout(() => {
        controller.abort();
      }, 50),
  });
  await expect(interrupted).rejects.toThrow('aborted');
  expect(existsSync(join(dataFolder, 'postgres'))).toBe(false);

  // What SIGKILL leaves behind, as nobody is there to clean it up.
  const leftover = join(dataFolder, 'postgres.unfinished-1234');
  mkdirSync(join(leftover, 'data'), { recursive: true });
  writeFileSync(join(leftover, 'data', 'PG_VERSION'), '18\n');
  const { url } = await start(dataFolder);
  expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(readdirSync(dataFolder).filter((name) => name.includes('unfinished'))).toEqual([]);
});

test('a process number that belongs to another program by now is not taken for the server', async () => {
  const dataFolder = temporaryFolder();
  await (await start(dataFolder)).stop();
  const pidFile = join(dataFolder, 'postgres', 'data', 'postmaster.pid');
  writeFileSync(pidFile, `${process.pid}\n${dataFolder}\n0\n1\n\n127.0.0.1\n0 0\nready\n`);
  const postgres = await start(dataFolder);
  expect(postgres.adopted).toBe(false);
});

test('a setting that PostgreSQL refuses is said with its own words', async () => {
  const started = startEmbeddedPostgres({
    dataFolder: temporaryFolder(),
    settings: { ...settings, no_such_setting: '1' },
  });
  await expect(started).rejects.toThrow(/unrecognized configuration parameter "no_such_setting"/);
});
