import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childEnvironment } from '../../src/local/environment.js';
import { findFreePort } from '../../src/local/free-port.js';
import { Connection } from '../connection.js';
import { startChild } from './child.js';
import { createDatabase } from './database.js';
import type { BenchRequest, System, SystemContext, Watcher } from './system.js';

const CLIENT_TOKEN = '*:development.bench-client';
const ADMIN_TOKEN = '*:*.bench-admin';
const JSON_TYPE = 'application/json';
const FILLING_CONNECTIONS = 8;
/** As often as makes sense: it looks itself only once a second whether something has changed. */
const POLL_INTERVAL = 20;

/**
 * Unleash: configurations are payloads of variants in the strategies of its features, which are on in
 * one environment. It is asked with tokens, by the list that all its clients poll, cut down to one name.
 * That list is kept in its memory by its revision, and the revision is looked up once a second: what is
 * read may be a second old. The single feature (`/api/client/features/<name>`) would be current, but
 * asks the database each time, and is not what its clients are to use.
 */
export class Unleash implements System {
  readonly name = 'unleash';
  /** IDs of the strategies that hold the documents. */
  private readonly strategies: string[] = [];

  private constructor(
    readonly version: string,
    readonly origin: string,
    readonly pid: number,
  ) {}

  /** @returns undefined if it is not installed; see the README of this folder */
  static async start(context: SystemContext): Promise<Unleash | undefined> {
    const { projectRoot, folder, postgresUrl, started, signal } = context;
    const home = join(projectRoot, '.tekton', 'unleash', 'node_modules', 'unleash-server');
    if (!existsSync(home)) return undefined;
    const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
      version: string;
    };
    const port = await findFreePort();
    const origin = `http://127.0.0.1:${port}`;
    const connection = new Connection(origin);
    const { pid, stop } = await startChild({
      name: 'Unleash',
      command: process.execPath,
      args: [join(projectRoot, 'bench', 'systems', 'unleash-server.mjs')],
      env: {
        ...childEnvironment(),
        NODE_ENV: 'production',
        UNLEASH: home,
        DATABASE_URL: await createDatabase(postgresUrl, 'unleash'),
        PORT: String(port),
        CLIENT_TOKEN,
        ADMIN_TOKEN,
      },
      logFile: join(folder, 'unleash.log'),
      isReady: async () => {
        const { body } = await connection.send({ method: 'GET', path: '/health', headers: {} });
        return body.includes('GOOD');
      },
      signal,
    });
    connection.close();
    started({ name: 'Unleash', stop });
    return new Unleash(version, origin, pid);
  }

  async fill(documents: readonly string[]): Promise<void> {
    const left = documents.entries();
    const fillSome = async (): Promise<void> => {
      const connection = new Connection(this.origin);
      for (const [index, document] of left) {
        await connection.send({
          method: 'POST',
          path: '/api/admin/projects/default/features',
          headers: { authorization: ADMIN_TOKEN, 'content-type': JSON_TYPE },
          body: JSON.stringify({ name: nameOf(index), type: 'release' }),
        });
        const { body } = await connection.send({
          method: 'POST',
          path: strategiesOf(index),
          headers: { authorization: ADMIN_TOKEN, 'content-type': JSON_TYPE },
          body: strategyWith(document),
        });
        this.strategies[index] = (JSON.parse(body.toString()) as { id: string }).id;
        await connection.send({
          method: 'POST',
          path: `${environmentOf(index)}/on`,
          headers: { authorization: ADMIN_TOKEN },
        });
      }
      connection.close();
    };
    await Promise.all(Array.from({ length: FILLING_CONNECTIONS }, fillSome));
  }

  read(index: number): BenchRequest {
    return asClient(`/api/client/features?namePrefix=${nameOf(index)}`);
  }

  async readUnchanged(index: number): Promise<BenchRequest> {
    const connection = new Connection(this.origin);
    const request = this.read(index);
    const { etag = '' } = await connection.send(request);
    connection.close();
    return { ...request, headers: { ...request.headers, 'if-none-match': etag } };
  }

  write(index: number, document: string): BenchRequest {
    return {
      method: 'PUT',
      path: `${strategiesOf(index)}/${this.strategies[index] ?? ''}`,
      headers: { authorization: ADMIN_TOKEN, 'content-type': JSON_TYPE },
      body: strategyWith(document),
    };
  }

  readAll(): BenchRequest {
    return asClient('/api/client/features');
  }

  /** Polls with If-None-Match, as its clients do, but 50 times a second; theirs is every 15 s. */
  watch(index: number, inHand: (text: string) => void): Promise<Watcher> {
    const connection = new Connection(this.origin);
    const request = this.read(index);
    let isWatching = true;
    const poll = async (): Promise<void> => {
      let known = '';
      while (isWatching) {
        const headers = { ...request.headers, ...(known !== '' && { 'if-none-match': known }) };
        const { status, etag = known, body } = await connection.send({ ...request, headers });
        known = etag;
        // The document is a text within the answer.
        if (status === 200) inHand(body.toString().replaceAll('\\"', '"'));
        await sleep(POLL_INTERVAL);
      }
    };
    const polling = poll();
    const stop = async (): Promise<void> => {
      isWatching = false;
      await polling;
      connection.close();
    };
    return Promise.resolve({ stop });
  }
}

function nameOf(index: number): string {
  return `bench-${String(index).padStart(8, '0')}`;
}

function environmentOf(index: number): string {
  return `/api/admin/projects/default/features/${nameOf(index)}/environments/development`;
}

function strategiesOf(index: number): string {
  return `${environmentOf(index)}/strategies`;
}

function strategyWith(document: string): string {
  const variant = {
    name: 'value',
    weight: 1000,
    weightType: 'variable',
    stickiness: 'default',
    payload: { type: 'json', value: document },
  };
  const parameters = { rollout: '100', stickiness: 'default', groupId: 'bench' };
  return JSON.stringify({ name: 'flexibleRollout', parameters, variants: [variant] });
}

function asClient(path: string): BenchRequest {
  return { method: 'GET', path, headers: { authorization: CLIENT_TOKEN } };
}
