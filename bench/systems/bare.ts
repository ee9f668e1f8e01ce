import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { childEnvironment } from '../../src/local/environment.js';
import { LocalError } from '../../src/local/local-error.js';
import { OwnProcess } from '../../src/local/own-process.js';
import { createDatabase } from './database.js';
import { watchByNats } from './fetching-watcher.js';
import type { BenchRequest, System, SystemContext, Watcher } from './system.js';

/** As many as Tekton opens by default. */
const POOL = 10;
const JSON_TYPE = 'application/json; charset=utf-8';

/** Who vouches for the token that the requests carry. */
export interface BareCredentials {
  issuer: string;
  audience: string;
  token: string;
}

/** Fastify and pg by hand: the least that can be done; see `bare-server.mjs`. */
export class Bare implements System {
  readonly name = 'bare';

  private constructor(
    readonly version: string,
    readonly origin: string,
    private readonly server: OwnProcess,
    private readonly natsUrl: string,
    private readonly databaseUrl: string,
    private readonly authorization: string,
  ) {}

  /** @throws LocalError if it does not start */
  static async start(
    context: SystemContext,
    { issuer, audience, token }: BareCredentials,
    database: string,
  ): Promise<Bare> {
    const { projectRoot, postgresUrl, natsUrl, started } = context;
    const databaseUrl = await createDatabase(postgresUrl, database);
    const server = new OwnProcess({
      program: join(projectRoot, 'bench', 'systems', 'bare-server.mjs'),
      env: {
        ...childEnvironment(),
        NODE_ENV: 'production',
        DATABASE_URL: databaseUrl,
        NATS_URL: natsUrl,
        ISSUER: issuer,
        AUDIENCE: audience,
        POOL: String(POOL),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    started({ name: 'the bare server', stop: () => server.stop(5000) });
    const origin = await firstLine(server);
    const version = `Fastify ${versionOf(projectRoot, 'fastify')}, pg ${versionOf(projectRoot, 'pg')}`;
    return new Bare(version, origin, server, natsUrl, databaseUrl, `Bearer ${token}`);
  }

  stop(): Promise<void> {
    return this.server.stop(5000);
  }

  get pid(): number {
    return this.server.pid;
  }

  async fill(documents: readonly string[]): Promise<void> {
    const client = new pg.Client(this.databaseUrl);
    await client.connect();
    await client.query(
      `INSERT INTO documents
       SELECT 'bench-' || number - 1, 'bench', document::json
       FROM unnest($1::text[]) WITH ORDINALITY AS given (document, number)`,
      [documents],
    );
    await client.query('VACUUM ANALYZE documents');
    await client.end();
  }

  read(index: number): BenchRequest {
    return { method: 'GET', path: `/documents/bench-${index}`, headers: this.headers() };
  }

  readUnchanged(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  write(index: number, document: string): BenchRequest {
    const headers = { ...this.headers(), 'content-type': JSON_TYPE };
    return { method: 'PUT', path: `/documents/bench-${index}`, headers, body: document };
  }

  readAll(): BenchRequest {
    return { method: 'GET', path: '/documents', headers: this.headers() };
  }

  watch(index: number, inHand: (text: string) => void): Promise<Watcher> {
    return watchByNats({
      natsUrl: this.natsUrl,
      subject: 'bare.changed',
      concerns: (message) => message.string() === `bench-${index}`,
      origin: this.origin,
      read: this.read(index),
      inHand,
    });
  }

  private headers(): Record<string, string> {
    return { authorization: this.authorization };
  }
}

async function firstLine(server: OwnProcess): Promise<string> {
  const { stdout } = server.child;
  if (stdout === null) throw new LocalError('The bare server has no output.');
  const line = once(createInterface(stdout), 'line') as Promise<[string]>;
  const ended = server.ended.then((how) => {
    throw new LocalError(`The bare server ended before it served: ${how}.`);
  });
  const [text] = await Promise.race([line, ended]);
  return text;
}

function versionOf(projectRoot: string, name: string): string {
  const file = join(projectRoot, 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
