import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { Fault } from './played-fault.js';
import { bearerOf, PlayedServer, type PlayedAnswer, type PlayedRequest } from './played-server.js';

/** A tenant as the Tenant Manager tells of it. */
export interface ManagedTenant {
  id: string;
  realm_name: string;
  client_backend_id: string;
  client_backend_secret: string;
  status: string;
  issuer?: string;
  [more: string]: unknown;
}

/** Whose tokens the Tenant Manager takes. */
export interface TrustedIssuer {
  issuer: string;
  jwksUri: string;
}

const PAGE = 50;

/** Behaves as Kaa's Tenant Manager does: it lists tenants, page by page. */
export class PlayedTenantManager {
  /** In the order in which they are listed. */
  tenants: ManagedTenant[] = [];
  /** Given: calls need a token of this issuer. */
  trusted: TrustedIssuer | undefined;
  fault: Fault = 'none';
  /** Everything that was asked, in order. */
  readonly requests: PlayedRequest[] = [];

  private constructor(private readonly server: PlayedServer) {}

  /** @param port default a free one */
  static async start(port = 0): Promise<PlayedTenantManager> {
    const server = await PlayedServer.start((request) => manager.answer(request), port);
    const manager: PlayedTenantManager = new PlayedTenantManager(server);
    return manager;
  }

  /** Without `/api/v1`. */
  get url(): string {
    return this.server.url;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  private async answer(request: PlayedRequest): Promise<PlayedAnswer> {
    this.requests.push(request);
    const { fault } = this;
    if (request.path !== '/api/v1/tenants') return { status: 404, fault };
    if (request.method !== 'GET') return { status: 405, fault };
    if (!(await this.isTrusted(bearerOf(request)))) {
      return { status: 401, body: { message: 'Unauthorized' }, fault };
    }
    const offset = numberIn(request.query, 'offset', 0);
    const limit = Math.min(numberIn(request.query, 'limit', PAGE), PAGE);
    const results = this.tenants.slice(offset, offset + limit);
    return { status: 200, body: { count: this.tenants.length, results }, fault };
  }

  private async isTrusted(token: string | undefined): Promise<boolean> {
    if (this.trusted === undefined) return true;
    const { issuer, jwksUri } = this.trusted;
    try {
      await jwtVerify(token ?? '', createRemoteJWKSet(new URL(jwksUri)), { issuer });
      return true;
    } catch {
      return false;
    }
  }
}

/** One tenant that is served, as the Tenant Manager tells of it. */
export function managedTenant(
  id: string,
  more: Readonly<Record<string, unknown>> = {},
): ManagedTenant {
  return {
    id,
    realm_name: id,
    client_backend_id: 'kaa-backend',
    client_backend_secret: `secret-of-${id}`,
    status: 'AVAILABLE',
    display_name: `Tenant ${id}`,
    ...more,
  };
}

function numberIn(query: URLSearchParams, name: string, otherwise: number): number {
  const value = Number(query.get(name) ?? otherwise);
  return Number.isInteger(value) && value >= 0 ? value : otherwise;
}
