import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { DatabaseTls } from '../../src/database/database-tls.js';
import { Database } from '../../src/database/database.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/local/embedded-postgres.js';
import { findDatabaseUser } from '../../src/local/system-user.js';
import { databaseUrl, withDatabase } from '../support/database.js';
import { LogLines } from '../support/log-lines.js';
import { TestAuthority } from '../support/test-certificates.js';

const authority = new TestAuthority();
const { cert: ca } = authority;
const own = authority.certify('tekton');

/** Databases of the server, by whom they take. */
const ACCESS = `
hostssl   secure  all 127.0.0.1/32 scram-sha-256
hostssl   certain all 127.0.0.1/32 scram-sha-256 clientcert=verify-ca
host      secure,certain all 127.0.0.1/32 reject
host      all     all 127.0.0.1/32 scram-sha-256
`;

const folder = mkdtempSync(join(tmpdir(), 'tekton-postgres-tls-'));
let postgres: EmbeddedPostgres;
beforeAll(async () => {
  const { cert, key } = authority.certify('postgres', ['localhost']);
  const file = provideFiles({ 'server.crt': cert, 'server.key': key, 'ca.crt': ca, hba: ACCESS });
  postgres = await startEmbeddedPostgres({
    dataFolder: folder,
    settings: {
      fsync: 'off',
      ssl: 'on',
      ssl_cert_file: file('server.crt'),
      ssl_key_file: file('server.key'),
      ssl_ca_file: file('ca.crt'),
      hba_file: file('hba'),
    },
  });
  await withDatabase(postgres.url, 'postgres', async (client) => {
    await client.query('CREATE DATABASE secure');
    await client.query('CREATE DATABASE certain');
  });
}, 120_000);
afterAll(async () => {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Readable for the user whom PostgreSQL runs as, and for nobody else, which it demands. */
function provideFiles(files: Readonly<Record<string, string>>): (name: string) => string {
  const user = findDatabaseUser();
  const place = join(folder, 'files');
  mkdirSync(place);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(place, name), content, { mode: 0o600 });
    if (user) chownSync(join(place, name), user.uid, user.gid);
  }
  if (user) chownSync(place, user.uid, user.gid);
  return (name) => join(place, name);
}

interface Attempt {
  tls?: DatabaseTls;
  /** Of the two that refuse connections without TLS; the second wants a certificate too. */
  name?: 'secure' | 'certain';
  host?: 'localhost' | '127.0.0.1';
  query?: string;
}

/** A database that is being connected to, and what it logs. */
function connectTo({ tls = {}, name = 'secure', host = 'localhost', query = '' }: Attempt): {
  database: Database;
  log: LogLines;
} {
  const log = new LogLines();
  const url = databaseUrl(postgres.url, name).replace('127.0.0.1', host) + query;
  const settings = {
    url,
    tls,
    applicationName: 'test',
    poolSize: 2,
    connectTimeoutMs: 5000,
    apartTimeoutMs: 5000,
    apartSilenceTimeoutMs: 5000,
  };
  const database = new Database(settings, log.logger);
  onTestFinished(() => database.stop());
  void database.start();
  return { database, log };
}

const USES_TLS = {
  name: 'uses_tls',
  text: 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
};

/** By each of the ways that Tekton has to the database. */
async function expectTls(database: Database): Promise<void> {
  await expect.poll(() => database.unreadyReason).toBeUndefined();
  expect(await database.run(USES_TLS, [])).toEqual([{ ssl: true }]);
  expect(await database.runApart(USES_TLS, [])).toEqual([{ ssl: true }]);
  const connection = await database.openConnection();
  expect((await connection.query(USES_TLS.text)).rows).toEqual([{ ssl: true }]);
  await connection.end();
  const snapshot = await database.openSnapshot();
  expect(await snapshot.query(USES_TLS.text, [])).toEqual([{ ssl: true }]);
  await snapshot.close();
}

it.each([
  ['with an authority, and the host that it names', { tls: { ca } }],
  ['by mode verify-full', { tls: { mode: 'verify-full', ca } }],
  [
    'by mode verify-ca, whatever host it names',
    { tls: { mode: 'verify-ca', ca }, host: '127.0.0.1' },
  ],
  ['by mode require, whoever certified it', { tls: { mode: 'require' }, host: '127.0.0.1' }],
  ['by what the URL says', { query: '?sslmode=no-verify' }],
  ['with a certificate of its own', { tls: { ca, ...own }, name: 'certain' }],
] satisfies [string, Attempt][])('connects %s', async (_, attempt) => {
  await expectTls(connectTo(attempt).database);
});

const other = new TestAuthority('Somebody else').cert;
const REFUSED = /its certificate is refused: .+\(see database\.tls\)/;

it.each([
  ['an authority that did not certify it', { tls: { ca: other } }, REFUSED],
  ['that by mode verify-ca', { tls: { mode: 'verify-ca', ca: other } }, REFUSED],
  ['the authorities of Node.js', { tls: { mode: 'verify-full' } }, REFUSED],
  ['another host than it names', { tls: { ca }, host: '127.0.0.1' }, REFUSED],
  [
    'no TLS, where that is wanted',
    { tls: { mode: 'disable' } },
    /pg_hba\.conf rejects .*no encryption/,
  ],
  ['nothing said of TLS', {}, /pg_hba\.conf rejects .*no encryption/],
  ['no certificate where one is wanted', { tls: { ca }, name: 'certain' }, /client certificate/],
] satisfies [string, Attempt, RegExp][])(
  'does not connect with %s, and says so',
  async (_, attempt, problem) => {
    const { database, log } = connectTo(attempt);
    await expect.poll(() => database.unreadyReason).toMatch(problem);
    expect(log.text).toMatch(problem);
    // The certificate of the server, which hangs on the error, is no use there.
    expect(log.text.length).toBeLessThan(5000);
  },
);
