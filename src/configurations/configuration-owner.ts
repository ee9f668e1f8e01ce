import type { SchemaField } from '../settings/service-instance.js';

/** What a configuration is for, a service instance aside: with the instance it is an address. */
export type ConfigurationOwner =
  | { level: 'application'; appName: string; tenantId?: string }
  | { level: 'appversion'; appName: string; appVersionName: string; tenantId?: string };

export type ConfigurationLevel = ConfigurationOwner['level'];

/** The schema of a service instance that configurations of a level must fit. */
export const SCHEMA_OF_LEVEL: Readonly<Record<ConfigurationLevel, SchemaField>> = {
  application: 'appConfigurationSchema',
  appversion: 'appVersionConfigurationSchema',
};

/** The first three values of every statement about an owner. */
export function ownerValues(owner: ConfigurationOwner): (string | null)[] {
  const appVersionName = owner.level === 'appversion' ? owner.appVersionName : null;
  return [owner.appName, appVersionName, owner.tenantId ?? null];
}

/** An owner in words, for messages. */
export function describeOwner(owner: ConfigurationOwner): string {
  return owner.level === 'application'
    ? `the application ${JSON.stringify(owner.appName)}`
    : `the version ${JSON.stringify(owner.appVersionName)}`;
}
