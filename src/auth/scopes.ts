/** The scopes of the platform, by what they open. */
export const Scope = {
  ApplicationRead: 'application:read',
  ApplicationUpdate: 'application:update',
  ApplicationDelete: 'application:delete',
  ApplicationCreate: 'tenant:application:create',
  PlatformApplicationCreate: 'kaa:application:create',
  PlatformApplicationRead: 'kaa:application:read',
  PlatformApplicationUpdate: 'kaa:application:update',
  PlatformTenantConfigurationRead: 'kaa:tenant:configuration:read',
} as const;

export type Scope = (typeof Scope)[keyof typeof Scope];

/** Scopes on one application. */
export type ApplicationScope = Extract<Scope, `application:${string}`>;
/** Scopes on all that a tenant has. */
export type TenantScope = Extract<Scope, `tenant:${string}`>;
/** Scopes on every tenant: they count in a token of the system tenant's issuer only. */
export type PlatformScope = Extract<Scope, `kaa:${string}`>;

/** What stands for all applications of a tenant, where scopes are granted on resources. */
export const TENANT_RESOURCE = 'tenant-system';
/** What stands for the whole platform; it is the system tenant's. */
export const PLATFORM_RESOURCE = 'kaa-system';

/** What the scopes on an application are granted on. */
export function applicationResource(appName: string): string {
  return `application-${appName}`;
}

/** What can stand after the prefix is what applications can be called. */
const APPLICATION_RESOURCE = /^application-([a-z0-9][a-z0-9_-]{0,99})$/;

/** The name of the application that a resource stands for, if it stands for one. */
export function applicationOf(resource: string): string | undefined {
  return APPLICATION_RESOURCE.exec(resource)?.[1];
}

/** The scopes of every application. */
export const APPLICATION_SCOPES: readonly ApplicationScope[] = [
  Scope.ApplicationRead,
  Scope.ApplicationUpdate,
  Scope.ApplicationDelete,
];

/** The platform-wide scope that counts as this one on every application of every tenant. */
export const PLATFORM_SCOPE_FOR: Readonly<Partial<Record<ApplicationScope, PlatformScope>>> = {
  [Scope.ApplicationRead]: Scope.PlatformApplicationRead,
  [Scope.ApplicationUpdate]: Scope.PlatformApplicationUpdate,
};
