import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.js';

/** A release of nats-server: the archives by platform, with what they must be. */
export interface NatsRelease {
  version: string;
  /** The archives lie in `<baseUrl>/v<version>/`. */
  baseUrl: string;
  /** SHA-256 in hexadecimal, by `<platform>-<arch>` as Node.js names them. */
  sha256: Readonly<Record<string, string>>;
}

/**
 * The release that is fetched where there is no other nats-server. The sums of the Linux archives are
 * those in the Dockerfile of the official image (nats-io/nats-docker, 2.14.x/alpine3.22); all four are
 * in cashapp/hermit-packages, nats-server.hcl, which takes them from the release's SHA256SUMS.
 */
export const NATS_RELEASE: NatsRelease = {
  version: '2.14.5',
  baseUrl: 'https://github.com/nats-io/nats-server/releases/download',
  sha256: {
    'linux-x64': '5e3b603d47c447bda1f77f9ac16dbf91c90aac4ff3681f8fbbc7201e4ed99355',
    'linux-arm64': '673a98d3faa79dde3f9ebf16d6dfac36a5f694e7ad2015e4954dd7939c85cd4c',
    'darwin-x64': 'f95c98d6b6ed2b63c5681b46b092c9585c99767d547cf495730c329234625e96',
    'darwin-arm64': 'ddd907854d9a2de834af133fa396915fe6442fe6d8909ae31390d1ea7a0fea50',
  },
};

const DOWNLOAD_TIMEOUT = 120_000;

/**
 * Fetches a release, verifies it, and unpacks it.
 * @param folder an empty folder of our own
 * @returns the path of the program in it
 * @throws Error if there is none for this platform, it cannot be fetched, or its sum is wrong: nothing
 *   of it has been written then
 */
export async function unpackNatsRelease(
  release: NatsRelease,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const expected = release.sha256[`${process.platform}-${process.arch}`];
  if (expected === undefined) {
    throw new Error(`no release is known for ${process.platform}-${process.arch}`);
  }
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const name = `nats-server-v${release.version}-${process.platform}-${arch}`;
  const url = `${release.baseUrl}/v${release.version}/${name}.tar.gz`;
  const archive = await download(url, signal);
  const actual = createHash('sha256').update(archive).digest('hex');
  if (actual !== expected) {
    throw new Error(`${url} has the SHA-256 ${actual}, but must have ${expected}; it was not used`);
  }
  const file = join(folder, 'release.tar.gz');
  writeFileSync(file, archive);
  await runCommand('tar', ['-xzf', file, '-C', folder, `${name}/nats-server`], {
    timeout: 60_000,
    signal,
  });
  return join(folder, name, 'nats-server');
}

async function download(url: string, signal: AbortSignal | undefined): Promise<Buffer> {
  const timeout = AbortSignal.timeout(DOWNLOAD_TIMEOUT);
  try {
    const response = await fetch(url, {
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    signal?.throwIfAborted();
    // What `fetch` throws says only that it failed; its cause says why.
    const { message, cause } = error as Error;
    throw new Error(`${url}: ${cause instanceof Error ? cause.message : message}`, {
      cause: error,
    });
  }
}
