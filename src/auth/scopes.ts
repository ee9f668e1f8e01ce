/** The scopes of the platform, by what they open. */
export const Scope = {
  ApplicationRead: 'application:read',
  ApplicationUpdate: 'application:update',
  ApplicationDelete: 'application:delete',
  ApplicationCreate: 'tenant:application:create',
  PlatformApplicationCreate: 'kaa:application:create',
  PlatformApplicationRead: 'kaa:application:read',
  PlatformApplicationUpdate: 'kaa:application:update',
} as const;

export type Scope = (typeof Scope)[keyof typeof Scope];
