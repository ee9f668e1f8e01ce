import { isHttpUrl } from '../oauth/http-url.js';
import { nearestName } from './nearest-name.js';
import type { Option } from './option.js';

/** A tenant as the settings list it. */
export interface ListedTenant {
  readonly id: string;
  /** What `iss` of its tokens equals. */
  readonly issuer: string;
  /** Where the issuer's keys are, if its metadata are not to be asked. */
  readonly jwksUri?: string;
  /** What `aud` of its tokens must contain. */
  readonly audience?: string;
  /** As whom Tekton asks the issuer for decisions. */
  readonly clientId?: string;
  readonly clientSecret?: string;
}

/** Text by which a tenant is known in paths, headers and NATS messages. */
export const TENANT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

const REQUIRED = ['id', 'issuer'] as const;
const MEMBERS: readonly string[] = [
  ...REQUIRED,
  'jwksUri',
  'audience',
  'clientId',
  'clientSecret',
] satisfies (keyof ListedTenant)[];

const TAKES =
  'a list of tenants: each with id and issuer, and if need be jwksUri, audience, clientId and clientSecret (as text: JSON)';

/** The list of tenants, in YAML or as JSON text. */
export function tenantList(about: string): Option<readonly ListedTenant[]> {
  return {
    about,
    default: Object.freeze([]),
    defaultAbout: 'none',
    takes: TAKES,
    // It holds the secrets of clients.
    secret: true,
    read: (value) => {
      const items: unknown = typeof value === 'string' ? parse(value) : value;
      if (!Array.isArray(items)) throw new Error(TAKES);
      const faults = items.flatMap((item: unknown, index) =>
        faultsOf(item).map((fault) => `[${index}] ${fault}`),
      );
      if (faults.length > 0) throw new Error(`${TAKES}; but ${faults.join('; ')}`);
      return Object.freeze(items.map((item: ListedTenant) => Object.freeze({ ...item })));
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function faultsOf(item: unknown): string[] {
  if (typeof item !== 'object' || item === null) return ['is not a mapping'];
  const given = Object.entries(item);
  const faults = REQUIRED.filter((name) => !(name in item)).map((name) => `has no ${name}`);
  for (const [name, value] of given) {
    if (!MEMBERS.includes(name)) faults.push(unknownMember(name, value));
    else if (typeof value !== 'string' || value === '')
      faults.push(`has a ${name} that is no text`);
    else if (name === 'id' && !TENANT_ID.test(value)) {
      faults.push('has an id that is not 1 to 128 of A-Z a-z 0-9 . _ -, first a letter or digit');
    } else if ((name === 'issuer' || name === 'jwksUri') && !isHttpUrl(value)) {
      faults.push(
        `has a ${name} that is not a URL with https:// or http://, without user and password`,
      );
    }
  }
  return faults;
}

/** `{clientSecret:s3cr3t}` is a name too, and so is the end of `{clientSecret: s3,cr3t}`. */
function unknownMember(name: string, value: unknown): string {
  const mayBeSecret =
    value === null ||
    !/^[A-Za-z_-]+$/.test(name) ||
    MEMBERS.some((known) => name.startsWith(known));
  const meant = nearestName(name, MEMBERS);
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return `has ${mayBeSecret ? 'a member' : name}, which is not known${hint}`;
}
