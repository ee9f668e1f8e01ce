import { LocalError } from '../local-error.js';
import type { Address } from './replica-lines.js';

/** A call that was made, and what came of it. */
export interface Call {
  method: string;
  status: number;
  /** The text of the answer. */
  body: string;
  /** Of the configuration; 0 where the answer does not tell it. */
  revision: number;
  /** Unix milliseconds, with fractions. */
  sentAt: number;
  /** Milliseconds until it was answered. */
  took: number;
}

/** A call about one configuration. */
export interface ConfigurationCall extends Call {
  tenantId: string;
  serviceInstanceName: string;
  address: Address;
}

const TIMEOUT = 10_000;

/** Calls Tekton's REST API with a token of one tenant, as a dashboard of that tenant does. */
export class Dashboard {
  /**
   * @param url of Tekton, without `/api/v1`
   * @param signal ends all calls
   */
  constructor(
    readonly tenantId: string,
    private readonly url: string,
    private readonly token: string,
    private readonly signal: AbortSignal,
  ) {}

  application(appName: string): Address {
    return { level: 'application', tenantId: this.tenantId, appName };
  }

  appVersion(appName: string, suffix: string): Address {
    const appVersionName = `${appName}-${suffix}`;
    return { level: 'appversion', tenantId: this.tenantId, appName, appVersionName };
  }

  async createApplication(name: string, displayName: string, suffix: string): Promise<void> {
    requireDone(await this.call('POST', '/applications', { name, displayName }));
    requireDone(await this.call('POST', `/applications/${name}/app-versions`, { suffix }));
  }

  put(instance: string, address: Address, document: unknown): Promise<ConfigurationCall> {
    return this.configure('PUT', instance, address, document);
  }

  patch(instance: string, address: Address, document: unknown): Promise<ConfigurationCall> {
    return this.configure('PATCH', instance, address, document);
  }

  delete(instance: string, address: Address): Promise<ConfigurationCall> {
    return this.configure('DELETE', instance, address);
  }

  get(instance: string, address: Address): Promise<ConfigurationCall> {
    return this.configure('GET', instance, address);
  }

  /** All configurations of an instance that this token may read. */
  bulk(instance: string): Promise<Call> {
    return this.call('GET', `/bulk?serviceInstanceName=${instance}`);
  }

  private async configure(
    method: string,
    serviceInstanceName: string,
    address: Address,
    document?: unknown,
  ): Promise<ConfigurationCall> {
    const { tenantId } = this;
    const path = `${pathOf(address)}serviceInstanceName=${serviceInstanceName}`;
    return { ...(await this.call(method, path, document)), tenantId, serviceInstanceName, address };
  }

  private async call(method: string, path: string, document?: unknown): Promise<Call> {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const begin = performance.now();
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(document !== undefined && { 'content-type': type }),
      },
      ...(document !== undefined && { body: JSON.stringify(document) }),
      signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT), this.signal]),
    });
    const body = await response.text();
    return {
      method,
      status: response.status,
      body,
      revision: Number(response.headers.get('x-revision')),
      sentAt: performance.timeOrigin + begin,
      took: performance.now() - begin,
    };
  }
}

/** @throws LocalError with Tekton's answer if it refused the call */
export function requireDone<Done extends Call>(call: Done): Done {
  if (call.status < 300) return call;
  throw new LocalError(`Tekton answered a ${call.method} with ${call.status}: ${call.body}`);
}

function pathOf({ level, tenantId, appName = '', appVersionName = '' }: Address): string {
  if (level === 'tenant') return `/tenant-configs?tenantId=${tenantId}&`;
  const application = `/app-configs/applications/${appName}`;
  return level === 'application'
    ? `${application}?`
    : `${application}/app-versions/${appVersionName}?`;
}
