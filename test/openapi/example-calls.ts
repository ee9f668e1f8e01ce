/** A call, and the status that it must be answered with. */
export type ExampleCall = [
  status: number,
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
];

const APP = '/applications/kettle';
const VERSION = `${APP}/app-versions/kettle-v1`;
const CONFIGS = `/app-configs${APP}`;
const VERSION_CONFIGS = `/app-configs${VERSION}`;
const TENANT_CONFIGS = '/tenant-configs';

const EPTS = 'serviceInstanceName=epts';

/** With documents, which reads of whole sets then have to show. */
const LAMP = { autoExtraction: true, versions: { 'lamp-v1': { path: '/a' } } };

/** Of a configuration that has three revisions. */
const historyCalls = (path: string): ExampleCall[] => [
  [200, 'GET', `${path}/history?${EPTS}`],
  [200, 'GET', `${path}/history/1?${EPTS}`],
  [200, 'GET', `${path}/history/1/diff?${EPTS}&to=2`],
  [200, 'POST', `${path}/history/1/restore?${EPTS}`],
  [204, 'DELETE', `${path}?${EPTS}`],
  [409, 'POST', `${path}/history/5/restore?${EPTS}`],
];

/** Calls of every operation, in an order in which each finds what it is about. */
export const EXAMPLE_CALLS: readonly ExampleCall[] = [
  [200, 'GET', '/service-instances?include=appConfigurationSchema,appVersionConfigurationSchema'],
  [200, 'GET', '/service-instances/epts'],
  [201, 'POST', '/applications', { name: 'kettle', displayName: 'Kettle' }],
  [409, 'POST', '/applications', { name: 'kettle' }],
  [200, 'GET', '/applications'],
  [200, 'GET', APP],
  [200, 'PATCH', APP, { description: 'Boils' }],
  [201, 'POST', `${APP}/app-versions`, { suffix: 'v1' }],
  [409, 'POST', `${APP}/app-versions`, { name: 'kettle_v1' }],
  [200, 'GET', `${APP}/app-versions`],
  [200, 'GET', VERSION],
  [200, 'PATCH', VERSION, { displayName: null }],
  [201, 'PUT', `${CONFIGS}?${EPTS}`, { autoExtraction: true }],
  [200, 'PUT', `${CONFIGS}?${EPTS}`, { autoExtraction: false }],
  [200, 'PATCH', `${CONFIGS}?${EPTS}`, { timeSeries: [] }],
  [200, 'GET', `${CONFIGS}?${EPTS}`],
  [200, 'PUT', CONFIGS, { cmx: { a: 1 } }],
  [200, 'GET', CONFIGS],
  ...historyCalls(CONFIGS),
  [201, 'PUT', `${VERSION_CONFIGS}?${EPTS}`, { path: '/a' }],
  [200, 'PUT', VERSION_CONFIGS, { epts: { path: '/b' } }],
  [200, 'PATCH', `${VERSION_CONFIGS}?${EPTS}`, { more: [1.5, null] }],
  [200, 'GET', `${VERSION_CONFIGS}?${EPTS}`],
  [200, 'GET', VERSION_CONFIGS],
  ...historyCalls(VERSION_CONFIGS),
  [201, 'PUT', `${TENANT_CONFIGS}?${EPTS}`, { a: 1 }],
  [200, 'PUT', TENANT_CONFIGS, { epts: { a: 2 } }],
  [200, 'PATCH', `${TENANT_CONFIGS}?${EPTS}`, { a: 3 }],
  [200, 'GET', `${TENANT_CONFIGS}?${EPTS}`],
  [200, 'GET', TENANT_CONFIGS],
  ...historyCalls(TENANT_CONFIGS),
  [200, 'POST', '/app-configs', { epts: { kaa: { applications: { lamp: LAMP } } } }],
  [200, 'GET', `/app-configs?${EPTS}`],
  [200, 'PUT', '/bulk', { tenants: [] }],
  [200, 'GET', `/bulk?${EPTS}`],
  [200, 'GET', `/bulk?revisions=true&${EPTS}`],
  [200, 'GET', `/changes?${EPTS}&since=0`],
  [410, 'GET', `/changes?${EPTS}&since=${Number.MAX_SAFE_INTEGER}`],
  [204, 'DELETE', VERSION],
  [204, 'DELETE', APP],
];
