import { keyOf, type ConfigurationAddress } from './address.js';
import type { ReadConfiguration } from './cluster-answer.js';
import type { Configurations, Held } from './configurations.js';
import { RefusedError } from './errors.js';
import type { ReadScope } from './read-scope.js';
import type { ClusterReading, TektonApi } from './tekton-api.js';

/** What Tekton has within a scope. */
export interface Reading {
  found: ReadConfiguration[];
  /** What was known within the scope and is there no more. */
  absent: ConfigurationAddress[];
  /** That the reading is consistent with, where all was read. */
  position?: number;
  /** What has to be read in its place, since this does not tell enough. */
  instead?: ReadScope;
}

const NOTHING: Reading = { found: [], absent: [] };

/** Reads from Tekton what is within a scope, and holds it against what is known. */
export class ConfigurationReader {
  constructor(
    private readonly api: TektonApi,
    private readonly configurations: Configurations,
  ) {}

  /** @throws UnavailableError, RefusedError */
  async read(scope: Exclude<ReadScope, { kind: 'application' }>): Promise<Reading> {
    switch (scope.kind) {
      case 'all': {
        const reading = await this.api.cluster();
        return { ...this.compare([scope], reading), position: reading.position };
      }
      case 'tenant':
        return this.readTenant(scope, {});
      case 'tenant-configuration':
        return this.readTenant(scope, { include: ['tenantConfigs'] });
      case 'one':
        return this.readOne(scope.address);
    }
  }

  /** Applications with their versions, in one request. */
  async readApplications(appNames: readonly string[]): Promise<Reading> {
    const include = ['appConfigs', 'appVersionConfigs'] as const;
    const scopes = appNames.map((appName) => ({ kind: 'application', appName }) as const);
    return this.compare(scopes, await this.api.cluster({ appNames, include }));
  }

  private async readTenant(
    scope: Extract<ReadScope, { tenantId: string }>,
    narrowing: { include?: ['tenantConfigs'] },
  ): Promise<Reading> {
    try {
      const { tenantId } = scope;
      return this.compare([scope], await this.api.cluster({ tenantId, ...narrowing }));
    } catch (error) {
      // The tenant is gone, or this service instance is not known just now: all together tells which.
      if (!(error instanceof RefusedError) || error.status !== 404) throw error;
      return { ...NOTHING, instead: { kind: 'all' } };
    }
  }

  private async readOne(address: ConfigurationAddress): Promise<Reading> {
    const held = this.configurations.find(address);
    const known = held?.address.tenantId === address.tenantId ? latestOf(held) : undefined;
    const found = await this.find(address, known?.etag);
    if (found === 'unchanged') return NOTHING;
    if (found === 'forbidden') return { ...NOTHING, instead: aroundOf(address) };
    if (found === 'absent') {
      // 404 may also mean that this service instance is not known just now.
      return { ...NOTHING, instead: aroundOf(address) };
    }
    // Revisions only go back with the whole database: then nothing that is known can be relied on.
    if (known !== undefined && found.revision < known.revision) {
      return { ...NOTHING, instead: { kind: 'all' } };
    }
    return { found: [{ address, ...found }], absent: [] };
  }

  /** Alone, the configuration of a tenant needs a scope that all together do not need. */
  private async find(address: ConfigurationAddress, etag: string | undefined) {
    try {
      return await this.api.configuration(address, etag);
    } catch (error) {
      const isForbidden = error instanceof RefusedError && error.status === 403;
      if (isForbidden && address.level === 'tenant') return 'forbidden';
      throw error;
    }
  }

  private compare(scopes: readonly ReadScope[], { configurations }: ClusterReading): Reading {
    const found = new Set(configurations.map(({ address }) => keyOf(address)));
    const absent = scopes
      .flatMap((scope) => this.configurations.within(scope))
      .map(({ address }) => address)
      .filter((address) => !found.has(keyOf(address)));
    return { found: configurations, absent };
  }
}

function aroundOf(address: ConfigurationAddress): ReadScope {
  return address.level === 'tenant'
    ? { kind: 'tenant-configuration', tenantId: address.tenantId }
    : { kind: 'application', appName: address.appName };
}

/** What was read last, in force or not. */
function latestOf({ inForce, refused }: Held) {
  return typeof refused === 'object' ? refused : inForce;
}
