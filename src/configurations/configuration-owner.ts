import type { SchemaField } from '../settings/service-instance.js';

/** What a configuration is for, a service instance aside: with the instance it is an address. */
export type ConfigurationOwner =
  | { level: 'tenant'; tenantId: string }
  | { level: 'application'; appName: string; tenantId?: string }
  | { level: 'appversion'; appName: string; appVersionName: string; tenantId?: string };

export type ConfigurationLevel = ConfigurationOwner['level'];

/** The schema of a service instance that configurations of a level must fit. */
export const SCHEMA_OF_LEVEL: Readonly<Record<ConfigurationLevel, SchemaField>> = {
  tenant: 'tenantConfigurationSchema',
  application: 'appConfigurationSchema',
  appversion: 'appVersionConfigurationSchema',
};

/** The first three values of every statement about an owner. */
export function ownerValues(owner: ConfigurationOwner): (string | null)[] {
  switch (owner.level) {
    case 'tenant':
      return [null, null, owner.tenantId];
    case 'application':
      return [owner.appName, null, owner.tenantId ?? null];
    case 'appversion':
      return [owner.appName, owner.appVersionName, owner.tenantId ?? null];
  }
}

/** An owner in words, for messages. */
export function describeOwner(owner: ConfigurationOwner): string {
  switch (owner.level) {
    case 'tenant':
      return `the tenant ${JSON.stringify(owner.tenantId)}`;
    case 'application':
      return `the application ${JSON.stringify(owner.appName)}`;
    case 'appversion':
      return `the version ${JSON.stringify(owner.appVersionName)}`;
  }
}
