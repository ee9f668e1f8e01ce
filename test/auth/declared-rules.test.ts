import { beforeAll, expect, it } from 'vitest';
import { declaredRules, type DeclaredRules } from './declared-routes.js';

/** Who may make each call, as it was agreed: what the routes declare is held to this, word for word. */
const AGREED: Record<string, string> = {
  'GET /health': 'anybody',
  'GET /health/live': 'anybody',
  'GET /health/ready': 'anybody',
  'GET /metrics': 'anybody',
  'GET /service-instances': 'any token',
  'GET /service-instances/{name}': 'any token',
  'POST /applications': 'in own tenant tenant:application:create, in every kaa:application:create',
  'GET /applications': 'in own tenant what has application:read, in every kaa:application:read',
  'GET /applications/{appName}': 'on it application:read',
  'PATCH /applications/{appName}': 'on it application:update',
  'DELETE /applications/{appName}': 'on it application:delete',
  'POST /applications/{appName}/app-versions': 'on it application:update',
  'GET /applications/{appName}/app-versions': 'on it application:read',
  'GET /applications/{appName}/app-versions/{appVersionName}': 'on it application:read',
  'PATCH /applications/{appName}/app-versions/{appVersionName}': 'on it application:update',
  'DELETE /applications/{appName}/app-versions/{appVersionName}': 'on it application:update',
  ...ofConfigurations('/app-configs/applications/{appName}', {
    read: 'on it application:read',
    history: 'on it application:read, with deleted kaa:application:read',
    write: 'on it application:update',
  }),
  ...ofConfigurations('/app-configs/applications/{appName}/app-versions/{appVersionName}', {
    read: 'on it application:read',
    history: 'on it application:read, with deleted kaa:application:read',
    write: 'on it application:update',
  }),
  ...ofConfigurations('/tenant-configs', {
    read: 'in own tenant any token, in every kaa:tenant:configuration:read',
    history: 'in own tenant any token, in every kaa:tenant:configuration:read',
    write: 'kaa:application:update',
  }),
  'POST /app-configs': 'kaa:application:update',
  'GET /app-configs': 'kaa:application:read',
  'GET /bulk': 'in own tenant what has application:read, in every kaa:application:read',
  'PUT /bulk': 'kaa:application:update',
  'GET /changes': 'in own tenant what has application:read, in every kaa:application:read',
};

function ofConfigurations(
  path: string,
  { read, history, write }: Record<'read' | 'history' | 'write', string>,
): Record<string, string> {
  return {
    [`GET ${path}`]: read,
    [`PUT ${path}`]: write,
    [`PATCH ${path}`]: write,
    [`DELETE ${path}`]: write,
    [`GET ${path}/history`]: history,
    [`GET ${path}/history/{revision}`]: history,
    [`GET ${path}/history/{revision}/diff`]: history,
    [`POST ${path}/history/{revision}/restore`]: write,
  };
}

let rules: DeclaredRules;
beforeAll(async () => {
  rules = await declaredRules();
});

it('every route declares the rule that was agreed, and there is no other route', () => {
  const declared = [...rules].map(([route, rule]) => [route, inWords(rule)] as const);
  expect(Object.fromEntries(declared)).toEqual(AGREED);
});

function inWords(rule: ReturnType<DeclaredRules['get']>): string {
  switch (rule?.kind) {
    case 'public':
      return 'anybody';
    case 'any-caller':
      return 'any token';
    case 'application': {
      const former = rule.former;
      return `on it ${rule.scope}${former ? `, with ${former.parameter} ${former.scope}` : ''}`;
    }
    case 'tenant': {
      const own = rule.own ?? (rule.each ? `what has ${rule.each}` : 'any token');
      return `in own tenant ${own}, in every ${rule.every}`;
    }
    case 'platform':
      return rule.scope;
    case undefined:
      return 'none';
  }
}
