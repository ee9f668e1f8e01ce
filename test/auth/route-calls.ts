import type { SecureTekton, TestTenant } from '../support/secure-tekton.js';

/** A call of a route, which succeeds for whoever may make it, and changes nothing. */
export interface RouteCall {
  method: string;
  path: string;
  body?: unknown;
  /** What success is answered with. */
  status: number;
}

/** What a route needs beside its path; its writes are only tried, so that each finds the same. */
interface Example {
  query?: string;
  body?: unknown;
  status?: number;
}

/** The tenant that calls are about, and its applications. */
export const TARGET_TENANT = 'acme';
export const TARGET = 'kettle';
export const OTHER = 'mirror';

const TENANT = `tenantId=${TARGET_TENANT}`;
const EPTS = 'serviceInstanceName=epts';
const TRY = 'dryRun=true';
const FILES = { epts: { kaa: { applications: { lamp: { versions: {} } } } } };

/** Calls of the configurations at a path, with their history. */
function configurationExamples(
  path: string,
  document: object,
  scope = '',
): Record<string, Example> {
  const one = `${EPTS}${scope}`;
  return {
    [`GET ${path}`]: { query: one },
    [`PUT ${path}`]: { query: `${one}&${TRY}`, body: document },
    [`PATCH ${path}`]: { query: `${one}&${TRY}`, body: document },
    [`DELETE ${path}`]: { query: `${one}&${TRY}`, status: 204 },
    [`GET ${path}/history`]: { query: one },
    [`GET ${path}/history/{revision}`]: { query: one },
    [`GET ${path}/history/{revision}/diff`]: { query: one },
    [`POST ${path}/history/{revision}/restore`]: { query: `${one}&${TRY}` },
  };
}

const EXAMPLES: Readonly<Record<string, Example>> = {
  'GET /service-instances': {},
  'GET /service-instances/{name}': {},
  'POST /applications': { query: `${TENANT}&${TRY}`, body: { name: 'fresh' }, status: 201 },
  'GET /applications': { query: TENANT },
  'GET /applications/{appName}': {},
  'PATCH /applications/{appName}': { query: TRY, body: { description: 'Boils' } },
  'DELETE /applications/{appName}': { query: TRY, status: 204 },
  'POST /applications/{appName}/app-versions': { query: TRY, body: { suffix: 'v2' }, status: 201 },
  'GET /applications/{appName}/app-versions': {},
  'GET /applications/{appName}/app-versions/{appVersionName}': {},
  'PATCH /applications/{appName}/app-versions/{appVersionName}': {
    query: TRY,
    body: { description: 'Boils' },
  },
  'DELETE /applications/{appName}/app-versions/{appVersionName}': { query: TRY, status: 204 },
  ...configurationExamples('/app-configs/applications/{appName}', { autoExtraction: true }),
  ...configurationExamples('/app-configs/applications/{appName}/app-versions/{appVersionName}', {
    path: '/b',
  }),
  ...configurationExamples('/tenant-configs', { a: 2 }, `&${TENANT}`),
  'POST /app-configs': { query: `${TENANT}&${TRY}`, body: FILES },
  'GET /app-configs': { query: TENANT },
  'PUT /bulk': { query: TRY, body: { tenants: [] } },
  'GET /bulk': { query: TENANT },
  'GET /changes': { query: `${TENANT}&since=0` },
};

/** All routes that need a token. */
export const ROUTES: readonly string[] = Object.keys(EXAMPLES);

/** Those that name an application. */
export const APPLICATION_ROUTES = ROUTES.filter((key) => key.includes('{appName}'));

/** A call of a route about an application, by default the one that is there. */
export function callOf(key: string, appName = TARGET): RouteCall {
  const example = EXAMPLES[key];
  if (!example) throw new Error(`There is no call of ${key} here: write one`);
  const { query, body, status = 200 } = example;
  const [method = '', template = ''] = key.split(' ');
  const names: Readonly<Record<string, string>> = {
    appName,
    appVersionName: `${appName}-v1`,
    revision: '1',
    name: 'epts',
  };
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? '');
  return {
    method,
    path: query === undefined ? path : `${path}?${query}`,
    ...(body !== undefined && { body }),
    status,
  };
}

/** What the calls are about, and as much in the other tenants. */
export async function putThingsThere(test: SecureTekton): Promise<void> {
  const loader = await test.as('kaa', { scope: 'kaa:application:update' });
  const { status, text } = await loader.put('/bulk', {
    tenants: [
      tenantWith('acme', [TARGET, OTHER]),
      tenantWith('globex', ['toaster']),
      tenantWith('kaa', ['samovar']),
    ],
  });
  if (status !== 200) throw new Error(text);
}

function tenantWith(tenantId: TestTenant, names: readonly string[]): object {
  return {
    tenantId,
    configs: { epts: { a: 1 } },
    applications: names.map((name) => ({
      name,
      displayName: name,
      configs: { epts: { autoExtraction: false } },
      appVersions: [{ name: `${name}-v1`, displayName: name, configs: { epts: { path: '/a' } } }],
    })),
  };
}
