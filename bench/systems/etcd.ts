import { execFileSync } from 'node:child_process';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { childEnvironment } from '../../src/local/environment.js';
import { findFreePort } from '../../src/local/free-port.js';
import { Connection } from '../connection.js';
import { startChild } from './child.js';
import type { BenchRequest, System, SystemContext, Watcher } from './system.js';

const PREFIX = 'bench/';
/** The first key after all that begin with the prefix. */
const PREFIX_END = 'bench0';

/**
 * etcd by its JSON gateway, durable as it is by default, without credentials. Its reads are
 * linearizable, and its watchers get the new value with the event.
 */
export class Etcd implements System {
  readonly name = 'etcd';

  private constructor(
    readonly version: string,
    readonly origin: string,
    readonly pid: number,
  ) {}

  /** @returns undefined if it is not installed; ETCD_BINARY tells where, if not on PATH */
  static async start({ folder, started, signal }: SystemContext): Promise<Etcd | undefined> {
    const command = process.env.ETCD_BINARY ?? 'etcd';
    const version = versionOf(command);
    if (version === undefined) return undefined;
    const origin = `http://127.0.0.1:${await findFreePort()}`;
    const peer = `http://127.0.0.1:${await findFreePort()}`;
    const connection = new Connection(origin);
    const { pid, stop } = await startChild({
      name: 'etcd',
      command,
      args: [
        ...['--name', 'bench', '--data-dir', join(folder, 'etcd')],
        ...['--listen-client-urls', origin, '--advertise-client-urls', origin],
        ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
        ...['--initial-cluster', `bench=${peer}`, '--log-level', 'warn'],
      ],
      env: childEnvironment(),
      logFile: join(folder, 'etcd.log'),
      isReady: async () => {
        const { body } = await connection.send({ method: 'GET', path: '/health', headers: {} });
        return body.includes('true');
      },
      signal,
    });
    connection.close();
    started({ name: 'etcd', stop });
    return new Etcd(version, origin, pid);
  }

  async fill(documents: readonly string[]): Promise<void> {
    const connection = new Connection(this.origin);
    for (const [index, document] of documents.entries()) {
      await connection.send(this.write(index, document));
    }
    connection.close();
  }

  read(index: number): BenchRequest {
    return call('/v3/kv/range', { key: keyOf(index) });
  }

  readUnchanged(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  write(index: number, document: string): BenchRequest {
    return call('/v3/kv/put', { key: keyOf(index), value: btoa(document) });
  }

  readAll(): BenchRequest {
    return call('/v3/kv/range', { key: btoa(PREFIX), range_end: btoa(PREFIX_END) });
  }

  watch(index: number, inHand: (text: string) => void): Promise<Watcher> {
    return new Promise((resolve, reject) => {
      const { path, body } = call('/v3/watch', { create_request: { key: keyOf(index) } });
      const sent = request(`${this.origin}${path}`, { method: 'POST', agent: false });
      sent.once('error', reject);
      sent.once('response', (response) => {
        // It ends by our cutting it off.
        const lines = createInterface(response).on('error', () => undefined);
        lines.on('line', (line) => {
          const { created = false, events = [] } = (JSON.parse(line) as WatchAnswer).result;
          if (created) {
            const stop = () => {
              sent
                .removeListener('error', reject)
                .on('error', () => undefined)
                .destroy();
              return Promise.resolve();
            };
            resolve({ stop });
          }
          for (const { kv } of events) inHand(atob(kv.value));
        });
      });
      sent.end(body);
    });
  }
}

interface WatchAnswer {
  result: { created?: boolean; events?: { kv: { value: string } }[] };
}

function call(path: string, body: object): BenchRequest {
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', path, headers, body: JSON.stringify(body) };
}

function keyOf(index: number): string {
  return btoa(`${PREFIX}${String(index).padStart(8, '0')}`);
}

/** Undefined if there is no such program. */
function versionOf(command: string): string | undefined {
  try {
    const text = execFileSync(command, ['--version'], { encoding: 'utf8' });
    return /etcd Version: (\S+)/.exec(text)?.[1] ?? 'unknown';
  } catch {
    return undefined;
  }
}
