import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/database/migrate.js';
import { startEmbeddedPostgres } from '../../src/local/embedded-postgres.js';
import { chooseCacheFolder, findNatsServer } from '../../src/local/find-nats-server.js';
import { makeRsaKeys } from './signing-key-pool.js';
import { databaseUrl, TEMPLATE_DATABASE, withDatabase } from './database.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of a PostgreSQL for the tests, with any database name. */
    postgresUrl: string;
    natsServerBinary: string;
  }
}

/** Starts what all tests share: one real PostgreSQL with a migrated template, and finds nats-server. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const report = (line: string) => {
    console.log(line);
  };
  const dataFolder = mkdtempSync(join(tmpdir(), 'tekton-test-'));
  const cacheFolder = chooseCacheFolder(process.env, join(dataFolder, '..', 'tekton-test-cache'));
  const binary = await findNatsServer({ cacheFolder, report });
  const postgres = await startEmbeddedPostgres({
    dataFolder,
    // Tests survive no power cut.
    settings: { fsync: 'off', synchronous_commit: 'off', max_connections: '400' },
  });
  await withDatabase(postgres.url, 'postgres', (client) =>
    client.query(`CREATE DATABASE ${TEMPLATE_DATABASE}`),
  );
  const template = {
    url: databaseUrl(postgres.url, TEMPLATE_DATABASE),
    applicationName: 'test',
    poolSize: 2,
    connectTimeoutMs: 10_000,
  };
  await migrate(template, console.error);
  project.provide('postgresUrl', postgres.url);
  project.provide('natsServerBinary', binary);
  project.provide('rsaKeys', await makeRsaKeys());
  return async () => {
    await postgres.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  };
}
