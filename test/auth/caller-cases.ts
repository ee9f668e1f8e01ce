import type { AccessRule } from '../../src/auth/access-rule.js';
import type { TestTenant } from '../support/secure-tekton.js';
import { OTHER, TARGET } from './route-calls.js';

/** What a route wants of a caller, in the words of the specification. */
export type Need = 'any' | 'read' | 'update' | 'delete' | 'create' | 'list' | 'own' | 'platform';

/** How a call ends: as the route says, as if the thing were missing, or as refused. */
export type Ending = 'ok' | 404 | 403;

export interface CallerCase {
  who: string;
  tenant: TestTenant;
  claims: (rule: AccessRule) => Record<string, unknown>;
  endings: Readonly<Record<Need, Ending>>;
}

export function needOf(rule: AccessRule): Need {
  switch (rule.kind) {
    case 'application':
      return rule.scope.replace('application:', '') as Need;
    case 'tenant':
      return rule.own ? 'create' : rule.each ? 'list' : 'own';
    case 'platform':
      return 'platform';
    case 'any-caller':
      return 'any';
    case 'public':
      throw new Error('Nothing is wanted of the callers of a public route');
  }
}

const APPLICATION_SCOPES = 'application:read application:update application:delete';
const ALL_PLATFORM_SCOPES =
  'kaa:application:create kaa:application:read kaa:application:update kaa:tenant:configuration:read';

/** The scope that a route names for callers of the tenant, and what it is granted on. */
function ownGrant(rule: AccessRule): { scope: string; resource: string } {
  if (rule.kind === 'application') return { scope: rule.scope, resource: `application-${TARGET}` };
  if (rule.kind === 'tenant') {
    return { scope: rule.own ?? rule.each ?? '', resource: 'tenant-system' };
  }
  return { scope: platformScope(rule), resource: 'kaa-system' };
}

/** The scope that opens a route to callers of the system tenant; nothing opens deletion to them. */
function platformScope(rule: AccessRule): string {
  if (rule.kind === 'tenant') return rule.every;
  if (rule.kind === 'platform') return rule.scope;
  const isOpen = rule.kind === 'application' && rule.scope !== 'application:delete';
  return isOpen ? `kaa:${rule.scope}` : '';
}

/** As Keycloak writes what is granted on resources. */
function permissions(...granted: [rsname: string, scopes: string][]): Record<string, unknown> {
  return {
    authorization: {
      permissions: granted.map(([rsname, scopes]) => ({ rsname, scopes: scopes.split(' ') })),
    },
  };
}

const OF_THE_TENANT = { any: 'ok', list: 'ok', own: 'ok', platform: 403 } as const;
const NOTHING = { ...OF_THE_TENANT, read: 404, update: 404, delete: 404, create: 403 } as const;
const READS = { ...NOTHING, read: 'ok', update: 403, delete: 403 } as const;
const OWN = { ...OF_THE_TENANT, read: 'ok', update: 'ok', delete: 'ok', create: 'ok' } as const;
const STRANGER = { ...NOTHING, list: 403, own: 403 } as const;
const PLATFORM = { ...OWN, platform: 'ok', delete: 404 } as const;

/** What callers with a valid token can do, one line for each. */
export const CALLERS: readonly CallerCase[] = (
  [
    ['no scope', 'acme', () => ({}), NOTHING],
    ['the right scope', 'acme', (rule) => ({ scope: ownGrant(rule).scope }), OWN],
    [
      'the right scope among others',
      'acme',
      (rule) => ({ scope: `openid ${ownGrant(rule).scope} email` }),
      OWN,
    ],
    [
      'the right scope on the very resource',
      'acme',
      (rule) => permissions([ownGrant(rule).resource, ownGrant(rule).scope]),
      OWN,
    ],
    [
      'the scope on another application',
      'acme',
      (rule) => permissions([`application-${OTHER}`, ownGrant(rule).scope]),
      NOTHING,
    ],
    [
      'all scopes, each on a resource of another kind',
      'acme',
      () =>
        permissions(
          [`application-${TARGET}`, `tenant:application:create ${ALL_PLATFORM_SCOPES}`],
          ['tenant-system', `${APPLICATION_SCOPES} ${ALL_PLATFORM_SCOPES}`],
          ['kaa-system', `${APPLICATION_SCOPES} tenant:application:create`],
          [TARGET, APPLICATION_SCOPES],
          ['*', APPLICATION_SCOPES],
        ),
      NOTHING,
    ],
    [
      'scopes in forms that nobody writes them in',
      'acme',
      () => ({
        scope: ['application:read', 'application:update'],
        scp: APPLICATION_SCOPES,
        authorization: {
          permissions: [
            null,
            'application:read',
            { rsname: `application-${TARGET}`, scopes: 'application:read' },
            { rsname: [`application-${TARGET}`], scopes: ['application:read'] },
            { rsname: `application-${TARGET}`, scopes: [['application:read']] },
          ],
        },
      }),
      NOTHING,
    ],
    [
      'scopes that only look alike',
      'acme',
      () => ({ scope: 'Application:Read application:reads application:* * tenant:* application' }),
      NOTHING,
    ],
    ['no scope but that to read', 'acme', () => ({ scope: 'application:read' }), READS],
    [
      'no scope but that to read this one',
      'acme',
      () => permissions([`application-${TARGET}`, 'application:read']),
      READS,
    ],
    [
      'no scope but that to read this one, and all on another',
      'acme',
      () =>
        permissions(
          [`application-${TARGET}`, 'application:read'],
          [`application-${OTHER}`, APPLICATION_SCOPES],
        ),
      READS,
    ],
    [
      'no scope but that to update',
      'acme',
      () => ({ scope: 'application:update' }),
      { ...NOTHING, update: 'ok' },
    ],
    [
      'the platform-wide scope, in a token of a customer',
      'acme',
      (rule) => ({ scope: platformScope(rule) }),
      NOTHING,
    ],
    [
      'all platform-wide scopes in every way, in a token of a customer',
      'acme',
      () => ({
        scope: ALL_PLATFORM_SCOPES,
        tenant: 'kaa',
        ...permissions(['kaa-system', ALL_PLATFORM_SCOPES]),
      }),
      NOTHING,
    ],
    [
      'all scopes, in a token of another customer',
      'globex',
      () => ({ scope: `${APPLICATION_SCOPES} tenant:application:create ${ALL_PLATFORM_SCOPES}` }),
      STRANGER,
    ],
    [
      'all scopes on the very resource, in a token of another customer',
      'globex',
      () =>
        permissions(
          [`application-${TARGET}`, APPLICATION_SCOPES],
          ['tenant-system', 'tenant:application:create'],
        ),
      STRANGER,
    ],
    [
      'all scopes that are not platform-wide, in a token of the system tenant',
      'kaa',
      () => ({ scope: `${APPLICATION_SCOPES} tenant:application:create` }),
      STRANGER,
    ],
    [
      'the platform-wide scope on other resources, in a token of the system tenant',
      'kaa',
      () =>
        permissions(
          ['tenant-system', ALL_PLATFORM_SCOPES],
          [`application-${TARGET}`, `${APPLICATION_SCOPES} ${ALL_PLATFORM_SCOPES}`],
        ),
      STRANGER,
    ],
    [
      'the platform-wide scope, in a token of the system tenant',
      'kaa',
      (rule) => ({ scope: platformScope(rule) }),
      PLATFORM,
    ],
    [
      'the platform-wide scope on the platform, in a token of the system tenant',
      'kaa',
      (rule) => permissions(['kaa-system', platformScope(rule)]),
      PLATFORM,
    ],
    [
      'all platform-wide scopes, in a token of the system tenant',
      'kaa',
      () => ({ scope: ALL_PLATFORM_SCOPES }),
      { ...PLATFORM, delete: 403 },
    ],
  ] satisfies [string, TestTenant, CallerCase['claims'], CallerCase['endings']][]
).map(([who, tenant, claims, endings]) => ({ who, tenant, claims, endings }));
