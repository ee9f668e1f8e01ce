import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JWK } from 'jose';
import { createDevelopmentProvider, type DevelopmentTenant } from './development-provider.js';
import { makeSigningKey } from './signing-keys.js';

/** A request to a tenant's issuer. */
export interface IssuerRequest {
  tenantId: string;
  /** Below the issuer's URL, such as `/jwks`. */
  path: string;
  request: IncomingMessage;
  response: ServerResponse;
}

/** What {@link DevelopmentIssuers.start} needs. */
export interface DevelopmentIssuersOptions {
  tenants: readonly DevelopmentTenant[];
  /** Of 127.0.0.1; default a free one. */
  port?: number;
  /** How long a token is good for, in seconds; default an hour. */
  tokenSeconds?: number;
  /** Private keys of a tenant, the first of them for RS256; default a new one. */
  keysOf?: (tenantId: string) => Promise<readonly JWK[]>;
  /** Sees each request first; true: it takes the request over. */
  intercept?: (request: IssuerRequest) => boolean;
}

interface Issuer {
  tenant: DevelopmentTenant;
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

const TOKEN_TIMEOUT = 10_000;

/**
 * Real OAuth 2.0 issuers on loopback, one for each tenant, at `http://127.0.0.1:<port>/realms/<tenant ID>`.
 * For development and tests: the secrets of their clients are known.
 */
export class DevelopmentIssuers {
  /** Where they are, without a slash at the end. */
  readonly url: string;
  private readonly issuers = new Map<string, Issuer>();

  private constructor(
    private readonly server: Server,
    private readonly options: DevelopmentIssuersOptions,
  ) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => {
      this.answer(request, response);
    });
  }

  /** @throws Error with code EADDRINUSE if another program has the port */
  static async start(options: DevelopmentIssuersOptions): Promise<DevelopmentIssuers> {
    const { tenants, port = 0, keysOf = newKeys } = options;
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    const issuers = new DevelopmentIssuers(server, options);
    try {
      await Promise.all(
        tenants.map(async (tenant) => {
          await issuers.serve(tenant, await keysOf(tenant.id));
        }),
      );
    } catch (error) {
      await issuers.stop();
      throw error;
    }
    return issuers;
  }

  /** The URL of a tenant's issuer, which is the claim `iss` of its tokens. */
  issuerOf(tenantId: string): string {
    return `${this.url}/realms/${tenantId}`;
  }

  /**
   * A new access token, asked for as a client does.
   * @param scope of those that the client may ask for; default all
   * @throws Error if the issuer refuses
   */
  async token(tenantId: string, clientId: string, scope?: string): Promise<string> {
    const { clients } = this.require(tenantId).tenant;
    const secret = clients.find((client) => client.clientId === clientId)?.clientSecret ?? '';
    const response = await fetch(`${this.issuerOf(tenantId)}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${secret}`)}` },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        ...(scope !== undefined && { scope }),
      }),
      signal: AbortSignal.timeout(TOKEN_TIMEOUT),
    });
    const body = (await response.json()) as { access_token?: string };
    if (body.access_token === undefined) {
      throw new Error(`${tenantId} gives ${clientId} no token: ${JSON.stringify(body)}`);
    }
    return body.access_token;
  }

  /** Replaces a tenant's keys: from now on these are published, and the first one signs. */
  async setKeys(tenantId: string, keys: readonly JWK[]): Promise<void> {
    await this.serve(this.require(tenantId).tenant, keys);
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async serve(tenant: DevelopmentTenant, keys: readonly JWK[]): Promise<void> {
    const issuer = this.issuerOf(tenant.id);
    const { tokenSeconds = 3600 } = this.options;
    const provider = await createDevelopmentProvider({ issuer, tenant, keys, tokenSeconds });
    this.issuers.set(tenant.id, { tenant, handle: provider.callback() });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { url = '' } = request;
    const [, tenantId = '', rest = ''] = /^\/realms\/([^/?]+)(.*)$/.exec(url) ?? [];
    const issuer = this.issuers.get(tenantId);
    if (issuer === undefined) {
      response.writeHead(404).end();
      return;
    }
    const [path = ''] = rest.split('?');
    if (this.options.intercept?.({ tenantId, path, request, response })) return;
    // What lies between the two URLs is where the provider believes that it is mounted; and the URLs
    // that it tells have the host that it was asked at, which for `localhost` would not be the issuer's.
    Object.assign(request, { originalUrl: url, url: rest });
    request.headers.host = new URL(this.url).host;
    void issuer.handle(request, response);
  }

  private require(tenantId: string): Issuer {
    const issuer = this.issuers.get(tenantId);
    if (issuer === undefined) throw new Error(`There is no issuer of ${tenantId}`);
    return issuer;
  }
}

async function newKeys(): Promise<readonly JWK[]> {
  return [await makeSigningKey('RS256')];
}
