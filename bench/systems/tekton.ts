import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRecord } from './scmp.js';
import { TektonServer } from '../../src/local/tekton-server.js';
import { Connection } from '../connection.js';
import { watchByNats } from './fetching-watcher.js';
import type { BenchRequest, System, SystemContext, Watcher } from './system.js';

const JSON_TYPE = 'application/json; charset=utf-8';
/** Configurations of one application: its own, and those of its versions. */
const PER_APPLICATION = 10;
/** The tenant that has what is measured. */
export const BENCH_TENANT = 'kaa';

/** What a {@link Tekton} is started with. */
export interface TektonOptions {
  /** Set for it beside PATH. */
  env: NodeJS.ProcessEnv;
  token: string;
  /** For Node.js itself. */
  nodeArguments?: readonly string[];
}

/** Tekton as it is deployed: built, with tokens, all options as they are by default. */
export class Tekton implements System {
  readonly name = 'tekton';
  private static starts = 0;

  private constructor(
    readonly version: string,
    private readonly server: TektonServer,
    private readonly natsUrl: string,
    private readonly authorization: string,
  ) {}

  /** @throws LocalError if it does not become ready */
  static async start(
    context: SystemContext,
    { env, token, nodeArguments = [] }: TektonOptions,
  ): Promise<Tekton> {
    const { projectRoot, folder, natsUrl, started, signal } = context;
    const server = await TektonServer.start({
      projectRoot,
      env,
      nodeArguments,
      logFile: join(folder, `tekton-${++Tekton.starts}.log`),
      signal,
    });
    started({ name: 'Tekton', stop: () => server.stop() });
    const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
      version: string;
    };
    return new Tekton(version, server, natsUrl, `Bearer ${token}`);
  }

  get origin(): string {
    return this.server.url;
  }

  get managementUrl(): string {
    return this.server.managementUrl;
  }

  get pid(): number {
    return this.server.pid;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  async fill(documents: readonly string[]): Promise<void> {
    const applications: Record<string, object> = {};
    for (let first = 0; first < documents.length; first += PER_APPLICATION) {
      const [own = '{}', ...others] = documents.slice(first, first + PER_APPLICATION);
      const versions = Object.fromEntries(
        others.map((document, index) => [
          versionOf(first + index + 1),
          JSON.parse(document) as unknown,
        ]),
      );
      applications[applicationOf(first)] = { ...(JSON.parse(own) as object), versions };
    }
    const connection = new Connection(this.origin);
    await connection.send({
      method: 'POST',
      path: `/api/v1/app-configs?tenantId=${BENCH_TENANT}`,
      headers: { ...this.headers(), 'content-type': JSON_TYPE },
      body: JSON.stringify({ bench: { [BENCH_TENANT]: { applications } } }),
    });
    connection.close();
  }

  read(index: number): BenchRequest {
    return { method: 'GET', path: pathOf(index), headers: this.headers() };
  }

  async readUnchanged(index: number): Promise<BenchRequest> {
    const connection = new Connection(this.origin);
    const { etag = '' } = await connection.send(this.read(index));
    connection.close();
    const request = this.read(index);
    return { ...request, headers: { ...request.headers, 'if-none-match': etag } };
  }

  write(index: number, document: string): BenchRequest {
    const headers = { ...this.headers(), 'content-type': JSON_TYPE };
    return { method: 'PUT', path: pathOf(index), headers, body: document };
  }

  readAll(): BenchRequest {
    return {
      method: 'GET',
      path: `/api/v1/bulk?serviceInstanceName=bench&tenantId=${BENCH_TENANT}`,
      headers: this.headers(),
    };
  }

  watch(index: number, inHand: (text: string) => void): Promise<Watcher> {
    const name = index % PER_APPLICATION === 0 ? null : versionOf(index);
    return watchByNats({
      natsUrl: this.natsUrl,
      subject: 'kaa.v1.service.bench.scmp.configuration.upsert',
      concerns: ({ data }) => {
        const { appName, appVerName } = parseRecord(data);
        return appName === applicationOf(index) && appVerName === name;
      },
      origin: this.origin,
      read: this.read(index),
      inHand,
    });
  }

  private headers(): Record<string, string> {
    return { authorization: this.authorization };
  }
}

function applicationOf(index: number): string {
  return `bench${Math.floor(index / PER_APPLICATION)}`;
}

function versionOf(index: number): string {
  return `${applicationOf(index)}-v${index % PER_APPLICATION}`;
}

function pathOf(index: number): string {
  const application = `/api/v1/app-configs/applications/${applicationOf(index)}`;
  const version = index % PER_APPLICATION === 0 ? '' : `/app-versions/${versionOf(index)}`;
  return `${application}${version}?serviceInstanceName=bench`;
}
