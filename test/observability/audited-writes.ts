/** A call that changes something, and what the audit log must say of it. */
export interface AuditedWrite {
  /** As its route is declared. */
  route: string;
  /** Below `/api/v1`. */
  path: string;
  body?: unknown;
  /** One line each; none if nothing changes. */
  lines: readonly object[];
}

const EPTS = 'serviceInstanceName=epts';
const KETTLE = { tenantId: 'kaa', appName: 'kettle' };
const VERSION = { ...KETTLE, appVersionName: 'kettle-v1' };

interface Level {
  route: string;
  path: string;
  query: string;
  what: object;
  /** A document with this text in it. */
  document: (text: string) => object;
}

const LEVELS: readonly Level[] = [
  {
    route: '/app-configs/applications/{appName}',
    path: '/app-configs/applications/kettle',
    query: EPTS,
    what: { ...KETTLE, appVersionName: null },
    document: (name) => ({ timeSeries: [{ name }] }),
  },
  {
    route: '/app-configs/applications/{appName}/app-versions/{appVersionName}',
    path: '/app-configs/applications/kettle/app-versions/kettle-v1',
    query: EPTS,
    what: VERSION,
    document: (path) => ({ path }),
  },
  {
    route: '/tenant-configs',
    path: '/tenant-configs',
    query: `${EPTS}&tenantId=kaa`,
    what: { tenantId: 'kaa', appName: null, appVersionName: null },
    document: (text) => ({ [text]: text }),
  },
];

/**
 * Writes of every kind, in an order in which each finds what it is about.
 *
 * @param mark makes a text that occurs nowhere else, of letters
 */
export function auditedWrites(mark: (what: string) => string): AuditedWrite[] {
  return [
    {
      route: 'POST /applications',
      path: '/applications?tenantId=kaa',
      body: { name: 'kettle', description: mark('a description') },
      lines: [{ ...KETTLE, operation: 'create' }],
    },
    {
      route: 'PATCH /applications/{appName}',
      path: '/applications/kettle',
      body: { displayName: mark('a display name') },
      lines: [{ ...KETTLE, operation: 'update' }],
    },
    {
      route: 'POST /applications/{appName}/app-versions',
      path: '/applications/kettle/app-versions',
      body: { suffix: 'v1', description: mark('a description of a version') },
      lines: [{ ...VERSION, operation: 'create' }],
    },
    {
      route: 'PATCH /applications/{appName}/app-versions/{appVersionName}',
      path: '/applications/kettle/app-versions/kettle-v1',
      body: { displayName: mark('a display name of a version') },
      lines: [{ ...VERSION, operation: 'update' }],
    },
    ...LEVELS.flatMap((level) => writesAt(level, mark)),
    {
      route: 'POST /app-configs',
      path: '/app-configs?tenantId=kaa',
      body: { cmx: { kaa: { applications: { lamp: { [mark('a loaded name')]: 1 } } } } },
      lines: [{ operation: 'load', counts: { configurations: { created: 1 } } }],
    },
    {
      route: 'PUT /bulk',
      path: '/bulk',
      body: { tenants: [{ tenantId: 'kaa', configs: { cmx: { a: mark('a bulk document') } } }] },
      lines: [{ operation: 'load', counts: { configurations: { updated: 1 } } }],
    },
    {
      route: 'DELETE /applications/{appName}/app-versions/{appVersionName}',
      path: '/applications/kettle/app-versions/kettle-v1',
      lines: [{ ...VERSION, operation: 'delete', serviceInstanceNames: ['cmx', 'epts'] }],
    },
    {
      route: 'DELETE /applications/{appName}',
      path: '/applications/kettle',
      lines: [{ ...KETTLE, operation: 'delete', serviceInstanceNames: ['cmx', 'epts'] }],
    },
  ];
}

function writesAt(
  { route, path, query, what, document }: Level,
  mark: (what: string) => string,
): AuditedWrite[] {
  const one = { ...what, serviceInstanceName: 'epts' };
  const first = document(mark(`a first document at ${path}`));
  const second = document(mark(`a second document at ${path}`));
  const changed = (operation: string, toRevision: number) => [
    { ...one, operation, fromRevision: toRevision - 1, toRevision },
  ];
  return [
    {
      route: `PUT ${route}`,
      path: `${path}?${query}&dryRun=true`,
      body: first,
      lines: [],
    },
    { route: `PUT ${route}`, path: `${path}?${query}`, body: first, lines: changed('upsert', 1) },
    // What is there already is no change.
    { route: `PUT ${route}`, path: `${path}?${query}`, body: first, lines: [] },
    {
      route: `PATCH ${route}`,
      path: `${path}?${query}`,
      body: second,
      lines: changed('upsert', 2),
    },
    { route: `DELETE ${route}`, path: `${path}?${query}`, lines: changed('delete', 3) },
    {
      route: `POST ${route}/history/{revision}/restore`,
      path: `${path}/history/1/restore?${query}`,
      lines: changed('upsert', 4),
    },
    {
      route: `PUT ${route}`,
      path: `${path}?${query.replace(EPTS, '')}`,
      body: { epts: second, cmx: { a: mark(`one of several at ${path}`) } },
      lines: [
        {
          ...what,
          serviceInstanceName: 'cmx',
          operation: 'upsert',
          fromRevision: 0,
          toRevision: 1,
        },
        ...changed('upsert', 5),
      ],
    },
  ];
}
