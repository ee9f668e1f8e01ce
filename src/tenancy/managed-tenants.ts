import { OwnToken } from '../oauth/client-credentials.js';
import { LIST_LIMIT, membersOf, requestJson } from '../oauth/http-json.js';
import { isHttpUrl } from '../oauth/http-url.js';
import { Issuer } from '../oauth/issuer.js';
import { RemoteError } from '../oauth/remote-error.js';
import type { Settings } from '../settings/settings.js';
import { SYSTEM_TENANT, TENANT_ID, type Tenant } from './tenant.js';
import type { TenantSource } from './tenant-source.js';

/** The list may change while it is read, page by page: then it is read again, so many times. */
const ATTEMPTS = 3;
/** More tenants than any cluster has: a server that never ends is cut off. */
const MOST_TENANTS = 1_000_000;
const SERVED_STATUS = 'AVAILABLE';

interface Page {
  count: number;
  results: readonly unknown[];
}

/** The tenants that the Kaa Tenant Manager lists (`GET /api/v1/tenants`). */
export class ManagedTenants implements TenantSource {
  readonly changes = true;
  private readonly url: string;
  private readonly token: OwnToken | undefined;

  constructor(private readonly settings: Settings) {
    this.url = (settings['kaa.tenant-manager.url'] ?? '').replace(/\/$/, '');
    this.token = ownToken(settings);
  }

  async list(faults: string[]): Promise<readonly Tenant[]> {
    const items = await this.readItems();
    return items.flatMap((item) => this.toTenant(membersOf(item), faults) ?? []);
  }

  async listIds(): Promise<ReadonlySet<string>> {
    const ids = (await this.readItems()).map((item) => membersOf(item).id);
    const nameless = ids.filter((id) => typeof id !== 'string').length;
    if (nameless > 0) {
      throw new RemoteError(`${this.url} lists ${nameless} tenants whose ID is no text`);
    }
    return new Set(ids as string[]);
  }

  private async readItems(): Promise<readonly unknown[]> {
    for (let attempt = 1; ; attempt++) {
      const { items, count } = await this.readPages();
      const byId = new Map(items.map((item) => [membersOf(item).id, item]));
      // One that moved from page to page stands twice or not at all.
      if (byId.size === count && items.length === count) return items;
      if (attempt === ATTEMPTS) {
        throw new RemoteError(
          `${this.url} lists ${byId.size} different tenants in ${items.length} items, and says that there are ${count}`,
        );
      }
    }
  }

  private async readPages(): Promise<{ items: unknown[]; count: number }> {
    const items: unknown[] = [];
    for (;;) {
      const { count, results } = await this.readPage(items.length);
      if (count > MOST_TENANTS) throw new RemoteError(`${this.url} lists tenants without an end`);
      for (const item of results) items.push(item);
      if (results.length === 0 || items.length >= count) return { items, count };
    }
  }

  private async readPage(offset: number, isSecondTry = false): Promise<Page> {
    const limit = this.settings['kaa.tenant-manager.page-size'];
    const { status, body } = await requestJson(
      `${this.url}/api/v1/tenants?offset=${offset}&limit=${limit}`,
      {
        purpose: 'tenants',
        ...(this.token && { headers: { authorization: `Bearer ${await this.token.get()}` } }),
        timeoutMs: this.settings['kaa.tenant-manager.timeout'] * 1000,
        limitBytes: LIST_LIMIT,
      },
    );
    if (status === 401 && this.token && !isSecondTry) {
      this.token.forget();
      return this.readPage(offset, true);
    }
    const { count, results } = membersOf(body);
    if (status !== 200 || !Number.isSafeInteger(count) || !Array.isArray(results)) {
      const hint =
        status === 401 || status === 403
          ? '; the client kaa.tenant-manager.client-id needs the scope kaa:tenant:read'
          : '';
      throw new RemoteError(`${this.url} answered ${status} without a list of tenants${hint}`);
    }
    return { count: count as number, results };
  }

  /** @returns `undefined` if it is not to be served: one that is malformed keeps nobody else out */
  private toTenant(given: Readonly<Record<string, unknown>>, faults: string[]): Tenant | undefined {
    if (given.status !== SERVED_STATUS) return undefined;
    const { id, client_backend_id: clientId, client_backend_secret: clientSecret } = given;
    if (typeof id !== 'string' || !TENANT_ID.test(id)) {
      faults.push(`the ID ${JSON.stringify(id)} is not one that a tenant can have`);
      return undefined;
    }
    const issuer = this.issuerOf(given);
    if (issuer === undefined) {
      faults.push(
        `the tenant ${id} has neither an issuer (https:// or http://) nor, with kaa.tenant-manager.issuer-base-url, a realm_name`,
      );
      return undefined;
    }
    return {
      id,
      issuer,
      connectUrl: connectUrl(issuer, this.settings),
      audience: this.settings['kaa.security.audience'],
      client:
        typeof clientId === 'string' && typeof clientSecret === 'string'
          ? { clientId, clientSecret }
          : undefined,
    };
  }

  private issuerOf({
    issuer: named,
    realm_name: realm,
  }: Readonly<Record<string, unknown>>): string | undefined {
    if (typeof named === 'string' && isHttpUrl(named)) return named;
    const base = publicBase(this.settings);
    if (base === undefined || typeof realm !== 'string' || realm === '') return undefined;
    return `${base}/realms/${encodeURIComponent(realm)}`;
  }
}

function ownToken(settings: Settings): OwnToken | undefined {
  const clientId = settings['kaa.tenant-manager.client-id'];
  const clientSecret = settings['kaa.tenant-manager.client-secret'];
  if (clientId === undefined || clientSecret === undefined) return undefined;
  const issuer =
    settings['kaa.tenant-manager.issuer'] ??
    `${publicBase(settings) ?? ''}/realms/${SYSTEM_TENANT}`;
  const timeoutMs = settings['kaa.security.issuer-timeout'] * 1000;
  return new OwnToken(new Issuer({ issuer, connectUrl: connectUrl(issuer, settings) }, timeoutMs), {
    clientId,
    clientSecret,
  });
}

function publicBase(settings: Settings): string | undefined {
  return settings['kaa.tenant-manager.issuer-base-url']?.replace(/\/$/, '');
}

/** An issuer of the Keycloak that has an inner address, at that address. */
function connectUrl(issuer: string, settings: Settings): string | undefined {
  const base = publicBase(settings);
  const inner = settings['kaa.tenant-manager.keycloak-url']?.replace(/\/$/, '');
  if (base === undefined || inner === undefined || !issuer.startsWith(`${base}/`)) return undefined;
  return inner + issuer.slice(base.length);
}
