import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedConfiguration, TektonState } from './cases.js';

const POLL_MS = 10;

/** Answers a consumer as the state says, by the rules in the README of the conformance kit. */
export class PlayedTekton {
  private state: TektonState = { away: true };

  private constructor(private readonly server: Server) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.answer(request, response);
    });
  }

  static async start(): Promise<PlayedTekton> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new PlayedTekton(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  become(state: TektonState): void {
    this.state = state;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', this.url);
    const path = pathname.replace('/api/v1/', '').split('/').map(decodeURIComponent);
    if (this.state.away === true) send(response, 503, { message: 'away' });
    else if (path[0] === 'bulk') this.bulk(searchParams, response);
    else if (path[0] === 'changes') await this.changes(searchParams, response);
    else this.one(path, searchParams, request, response);
  }

  private bulk(query: URLSearchParams, response: ServerResponse): void {
    const { position = 0, configurations = [] } = this.state;
    const names = query.getAll('appName');
    const isWanted = ({ tenantId, appName }: RecordedConfiguration) =>
      (query.get('tenantId') ?? tenantId) === tenantId &&
      (names.length === 0 || (appName !== undefined && names.includes(appName)));
    const ofTenant = (tenantId: string) =>
      configurations.filter((one) => one.tenantId === tenantId && isWanted(one));
    const tenantIds = new Set(configurations.filter(isWanted).map(({ tenantId }) => tenantId));
    const tenants = [...tenantIds].sort().map((tenantId) => {
      const its = ofTenant(tenantId);
      const appNames = new Set(its.flatMap(({ appName }) => appName ?? []));
      return {
        tenantId,
        ...placed(its.find(({ appName }) => appName === undefined)),
        applications: [...appNames].sort().map((name) => {
          const own = its.filter(({ appName }) => appName === name);
          return {
            name,
            displayName: name,
            ...placed(own.find(({ appVersionName }) => appVersionName === undefined)),
            appVersions: own.flatMap((one) =>
              one.appVersionName === undefined
                ? []
                : [{ name: one.appVersionName, displayName: one.appVersionName, ...placed(one) }],
            ),
          };
        }),
      };
    });
    const body = { serviceInstanceName: query.get('serviceInstanceName'), tenants };
    send(response, 200, body, { 'x-position': `${position}` });
  }

  /** Long polls are answered when something has come, or the time is over. */
  private async changes(query: URLSearchParams, response: ServerResponse): Promise<void> {
    const since = query.get('since');
    const until = performance.now() + Number(query.get('wait') ?? 0) * 1000;
    for (;;) {
      const { away, position = 0, keptSince = 0, changes = [] } = this.state;
      const newer = changes.filter((change) => change.position > Number(since));
      const isUnknown = since !== null && (Number(since) < keptSince || Number(since) > position);
      const isLate = performance.now() >= until || response.destroyed;
      if (away === true) send(response, 503, { message: 'away' });
      else if (since === null) send(response, 200, { position, changes: [] });
      else if (isUnknown) send(response, 410, { message: 'Not kept any more: read all again' });
      else if (newer.length > 0 || isLate) send(response, 200, { position, changes: newer });
      else {
        await sleep(POLL_MS);
        continue;
      }
      return;
    }
  }

  private one(
    path: string[],
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const { configurations = [] } = this.state;
    const [level, , appName, , appVersionName] = path;
    const found = configurations.find(
      (one) =>
        one.appName === (level === 'tenant-configs' ? undefined : appName) &&
        one.appVersionName === appVersionName &&
        one.tenantId === (query.get('tenantId') ?? one.tenantId),
    );
    if (found === undefined) {
      send(response, 404, { message: 'There is none' });
      return;
    }
    const headers = { etag: etagOf(found), 'x-revision': `${found.revision}` };
    const isKnown = request.headers['if-none-match'] === headers.etag;
    send(response, isKnown ? 304 : 200, isKnown ? undefined : found.document, headers);
  }
}

function placed(one: RecordedConfiguration | undefined): object | undefined {
  return one && { config: one.document, configRevision: one.revision, configETag: etagOf(one) };
}

/** Strong, and another one for each document of each address. */
function etagOf({ tenantId, appName = '', appVersionName = '', revision }: RecordedConfiguration) {
  return `"${[tenantId, appName, appVersionName, revision].join('-')}"`;
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
