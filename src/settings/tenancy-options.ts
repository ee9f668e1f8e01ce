import { choice, httpUrl, integer, text, type Option } from './option.js';
import { tenantList, type ListedTenant } from './tenants-option.js';

/** Options that say where tenants come from. */
export const TENANCY_OPTIONS = {
  'kaa.tenancy.source': choice<'static' | 'tenant-manager' | undefined>({
    about: 'Where tenants come from: the list kaa.tenancy.tenants, or the Tenant Manager.',
    default: undefined,
    defaultAbout: 'tenant-manager if kaa.tenant-manager.url is given, else static',
    among: ['static', 'tenant-manager'],
  }),
  'kaa.tenancy.tenants': tenantList('The tenants, for the source static.'),
  'kaa.tenancy.refresh-interval': integer({
    about: 'Seconds after which the Tenant Manager is asked for its tenants again.',
    default: 60,
    min: 1,
    max: 86_400,
  }),
  'kaa.tenant-manager.url': httpUrl({
    about: 'Where the Tenant Manager is, for the source tenant-manager.',
  }),
  'kaa.tenant-manager.issuer-base-url': httpUrl({
    about:
      'What the issuers of tenants begin with, for those that the Tenant Manager does not name: <this>/realms/<realm name>.',
  }),
  'kaa.tenant-manager.keycloak-url': httpUrl({
    about: 'Where Tekton connects in place of issuer-base-url, if Keycloak has an inner address.',
    defaultAbout: 'kaa.tenant-manager.issuer-base-url',
  }),
  'kaa.tenant-manager.issuer': httpUrl({
    about: 'The issuer that gives the token for calls to the Tenant Manager.',
    defaultAbout: '<kaa.tenant-manager.issuer-base-url>/realms/kaa',
  }),
  'kaa.tenant-manager.client-id': text<string | undefined>({
    about: 'Client of that issuer; without one, the calls carry no token.',
    default: undefined,
  }),
  'kaa.tenant-manager.client-secret': text<string | undefined>({
    about: 'Secret of that client.',
    default: undefined,
    secret: true,
  }),
  'kaa.tenant-manager.page-size': integer({
    about: 'How many tenants are asked for at a time.',
    default: 50,
    min: 1,
    max: 1000,
  }),
  'kaa.tenant-manager.timeout': integer({
    about: 'Seconds within which the Tenant Manager must have answered.',
    default: 5,
    min: 1,
    max: 60,
  }),
} satisfies Record<string, Option<never> | Option<unknown>>;

/** A fault of the list of tenants itself, whichever way it was given. */
const TENANTS = /^(kaa\.tenancy\.tenants|KAA_TENANCY_TENANTS(_FILE)?):/;

/** What one value of these options allows and another forbids. */
export function tenancyFaults(
  values: Readonly<Record<string, unknown>>,
  known: readonly string[],
): string[] {
  if (values['kaa.security.enabled'] !== true) return [];
  // What they are held to is moot while the list itself cannot be read.
  if (known.some((fault) => TENANTS.test(fault))) return [];
  return [
    ...clientFaults(values),
    ...(tenancySource(values) === 'static' ? staticFaults(values) : managerFaults(values)),
  ];
}

export function tenancySource(
  values: Readonly<Record<string, unknown>>,
): 'static' | 'tenant-manager' {
  const named = values['kaa.tenancy.source'] as 'static' | 'tenant-manager' | undefined;
  return named ?? (values['kaa.tenant-manager.url'] === undefined ? 'static' : 'tenant-manager');
}

function clientFaults(values: Readonly<Record<string, unknown>>): string[] {
  const id = values['kaa.tenant-manager.client-id'];
  const secret = values['kaa.tenant-manager.client-secret'];
  return (id === undefined) === (secret === undefined)
    ? []
    : ['kaa.tenant-manager.client-id: must be given together with client-secret'];
}

function staticFaults(values: Readonly<Record<string, unknown>>): string[] {
  const tenants = values['kaa.tenancy.tenants'] as readonly ListedTenant[];
  const faults: string[] = [];
  for (const { id, clientId, clientSecret } of tenants) {
    if ((clientId === undefined) === (clientSecret === undefined)) continue;
    faults.push(`kaa.tenancy.tenants: ${id} has one of clientId and clientSecret; give both`);
  }
  if (tenants.length === 0) {
    faults.push(
      'kaa.tenancy.tenants: is required while security is on: list the id and the issuer of each tenant, or give kaa.tenant-manager.url; or set kaa.security.enabled: false, on a machine of your own only',
    );
  }
  for (const member of ['id', 'issuer'] as const) {
    for (const twice of repeated(tenants.map((tenant) => tenant[member]))) {
      faults.push(
        `kaa.tenancy.tenants: the ${member} ${twice} appears twice; each tenant has its own`,
      );
    }
  }
  if (values['kaa.security.authorization'] === 'uma') {
    for (const { id, clientId, clientSecret } of tenants) {
      if (clientId !== undefined || clientSecret !== undefined) continue;
      faults.push(
        `kaa.tenancy.tenants: ${id} needs clientId and clientSecret while kaa.security.authorization is uma`,
      );
    }
  }
  return faults;
}

function managerFaults(values: Readonly<Record<string, unknown>>): string[] {
  const faults: string[] = [];
  if ((values['kaa.tenancy.tenants'] as readonly ListedTenant[]).length > 0) {
    faults.push(
      'kaa.tenancy.tenants: is not looked at while tenants come from the Tenant Manager; leave it out, or set kaa.tenancy.source: static',
    );
  }
  if (values['kaa.tenant-manager.url'] === undefined) {
    faults.push('kaa.tenant-manager.url: is required while kaa.tenancy.source is tenant-manager');
  }
  const hasBase = values['kaa.tenant-manager.issuer-base-url'] !== undefined;
  if (!hasBase && values['kaa.tenant-manager.keycloak-url'] !== undefined) {
    faults.push('kaa.tenant-manager.issuer-base-url: is required together with keycloak-url');
  }
  const needsIssuer = values['kaa.tenant-manager.client-id'] !== undefined;
  if (!hasBase && needsIssuer && values['kaa.tenant-manager.issuer'] === undefined) {
    faults.push('kaa.tenant-manager.issuer: is required together with client-id');
  }
  return faults;
}

function repeated(texts: readonly string[]): Set<string> {
  return new Set(texts.filter((text, index) => texts.indexOf(text) !== index));
}
