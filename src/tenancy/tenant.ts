/** The tenant in which platform-wide operations are authorised; every cluster has it. */
export const SYSTEM_TENANT = 'kaa';

export const TENANT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
