import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findNatsServer } from '../../src/local/find-nats-server.js';
import type { NatsRelease } from '../../src/local/nats-release.js';
import { temporaryFolder } from './temporary-folder.js';

const PLATFORM = `${process.platform}-${process.arch}`;

/** A place to download a release from, with a program that only knows its version. */
async function serveRelease(): Promise<{ release: NatsRelease; downloads: string[] }> {
  const folder = temporaryFolder();
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const name = `nats-server-v9.9.9-${process.platform}-${arch}`;
  writeProgram(join(folder, name));
  execFileSync('tar', ['-czf', 'archive.tar.gz', name], { cwd: folder });
  const archive = readFileSync(join(folder, 'archive.tar.gz'));
  const downloads: string[] = [];
  const server = createServer((request, response) => {
    downloads.push(request.url ?? '');
    response.end(archive);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const sha256 = { [PLATFORM]: createHash('sha256').update(archive).digest('hex') };
  return {
    release: { version: '9.9.9', baseUrl: `http://127.0.0.1:${port}/download`, sha256 },
    downloads,
  };
}

function writeProgram(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'nats-server'), '#!/bin/sh\necho nats-server: v9.9.9\n');
  chmodSync(join(folder, 'nats-server'), 0o755);
}

test('an installed nats-server comes first, and nothing is fetched', async () => {
  const { release, downloads } = await serveRelease();
  const installed = temporaryFolder();
  writeProgram(installed);
  const cacheFolder = temporaryFolder();
  const found = await findNatsServer({ cacheFolder, searchFolders: [installed], release });
  expect(found).toBe(join(installed, 'nats-server'));
  expect(downloads).toEqual([]);
});

test('a release is fetched once, then found in the cache', async () => {
  const { release, downloads } = await serveRelease();
  const cacheFolder = temporaryFolder();
  const options = { cacheFolder, searchFolders: [], release };
  const fetched = await findNatsServer(options);
  expect(execFileSync(fetched, { encoding: 'utf8' })).toContain('v9.9.9');
  expect(await findNatsServer(options)).toBe(fetched);
  expect(downloads).toHaveLength(1);
  expect(downloads[0]).toMatch(/^\/download\/v9\.9\.9\/nats-server-v9\.9\.9-\w+-\w+\.tar\.gz$/);
  expect(readdirSync(cacheFolder)).toEqual([`nats-server-${PLATFORM}`]);
});

test('two starts that fetch at the same time both get it', async () => {
  const { release } = await serveRelease();
  const options = { cacheFolder: temporaryFolder(), searchFolders: [], release };
  const [one, other] = await Promise.all([findNatsServer(options), findNatsServer(options)]);
  expect(one).toBe(other);
  expect(execFileSync(one, { encoding: 'utf8' })).toContain('v9.9.9');
});

test('a release with a wrong checksum is refused and leaves nothing behind', async () => {
  const { release } = await serveRelease();
  const sha256 = { [PLATFORM]: '0'.repeat(64) };
  const cacheFolder = temporaryFolder();
  const found = findNatsServer({
    cacheFolder,
    searchFolders: [],
    release: { ...release, sha256 },
  });
  await expect(found).rejects.toThrow(/SHA-256 .* but must have 0000.*set NATS_URL/s);
  expect(readdirSync(cacheFolder)).toEqual([]);
});

test('a program in the cache that does not run is fetched again', async () => {
  const { release } = await serveRelease();
  const cacheFolder = temporaryFolder();
  const broken = join(cacheFolder, `nats-server-${PLATFORM}`);
  mkdirSync(broken);
  writeFileSync(join(broken, 'nats-server'), 'half a progr', { mode: 0o755 });
  const found = await findNatsServer({ cacheFolder, searchFolders: [], release });
  expect(execFileSync(found, { encoding: 'utf8' })).toContain('v9.9.9');
});
