import type { ConfigurationLevel } from './configuration-owner.js';

/** What an owner is found by, as SQL expressions. */
interface OwnerNames {
  appName: string;
  appVersionName: string;
  tenantId: string;
}

/** Finds the owner: one row, or none if it is missing or not the tenant's. */
export const OWNER_BY: Readonly<Record<ConfigurationLevel, (by: OwnerNames) => string>> = {
  tenant: ({ appName, appVersionName, tenantId }) => `
    SELECT ${tenantId} AS tenant_id, NULL::bigint AS application_id,
      NULL::bigint AS app_version_id, ${tenantId} AS owner_name, NULL::text AS app_name,
      NULL::text AS app_version_name
    WHERE ${appName} IS NULL AND ${appVersionName} IS NULL`,
  application: ({ appName, appVersionName, tenantId }) => `
    SELECT a.tenant_id, a.id AS application_id, NULL::bigint AS app_version_id,
      a.name AS owner_name, a.name AS app_name, NULL::text AS app_version_name
    FROM applications a
    WHERE a.name = ${appName} AND ${appVersionName} IS NULL
      AND (${tenantId} IS NULL OR a.tenant_id = ${tenantId})`,
  appversion: ({ appName, appVersionName, tenantId }) => `
    SELECT a.tenant_id, a.id AS application_id, v.id AS app_version_id,
      v.name AS owner_name, a.name AS app_name, v.name AS app_version_name
    FROM applications a JOIN app_versions v ON v.application_id = a.id
    WHERE a.name = ${appName} AND v.name = ${appVersionName}
      AND (${tenantId} IS NULL OR a.tenant_id = ${tenantId})`,
};

const BY_VALUES: OwnerNames = {
  appName: '$1::text',
  appVersionName: '$2::text',
  tenantId: '$3::text',
};

/**
 * Finds the owner. Values: $1 application name, $2 appversion name, $3 tenant ID (null: any tenant;
 * names have none at tenant level).
 */
export const OWNER: Readonly<Record<ConfigurationLevel, string>> = {
  tenant: OWNER_BY.tenant(BY_VALUES),
  application: OWNER_BY.application(BY_VALUES),
  appversion: OWNER_BY.appversion(BY_VALUES),
};

/** What finds one of many owners: columns of a table `given`. */
export const BY_GIVEN: OwnerNames = {
  appName: 'given.app_name',
  appVersionName: 'given.app_version_name',
  tenantId: 'given.tenant_id',
};
