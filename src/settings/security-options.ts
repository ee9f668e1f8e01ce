import { choice, flag, integer, list, text, type Option } from './option.js';

/** Signatures that a token may have (RFC 8725 section 3.1): never `none`, never a shared secret. */
export const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
] as const;

/** Options that say whose calls are taken. */
export const SECURITY_OPTIONS = {
  'kaa.security.enabled': flag({
    about: 'Whether calls need an access token. Without, every caller may do everything.',
    default: true,
  }),
  'kaa.security.authorization': choice<'token' | 'uma'>({
    about:
      'Who decides what a caller may do: its token itself, or the Keycloak of its tenant, asked by UMA 2.0.',
    default: 'token',
    among: ['token', 'uma'],
  }),
  'kaa.security.audience': text<string | undefined>({
    about: "What `aud` of a token must contain, unless the token's tenant has an audience itself.",
    default: undefined,
  }),
  'kaa.security.algorithms': list({
    about: 'The signatures that a token may have.',
    default: ALGORITHMS,
    of: choice<string>({ about: '', default: '', among: ALGORITHMS }),
  }),
  'kaa.security.clock-leeway': integer({
    about: "Seconds by which the clocks of issuers and Tekton's may differ.",
    default: 30,
    min: 0,
    max: 300,
  }),
  'kaa.security.token-limit': integer({
    about: 'Bytes that an access token may have (401 above).',
    default: 16 * 1024,
    min: 1024,
    max: 512 * 1024,
  }),
  'kaa.security.token-cache': integer({
    about: 'Bytes of verified tokens that are remembered, each until it expires.',
    default: 16 * 1024 * 1024,
    min: 1,
    max: 1024 * 1024 * 1024,
  }),
  'kaa.security.key-refresh-interval': integer({
    about:
      "Seconds within which unknown key IDs do not make Tekton fetch an issuer's keys once more.",
    default: 10,
    min: 1,
    max: 3600,
  }),
  'kaa.security.stale-keys': integer({
    about: 'Seconds for which known keys are used on while their issuer cannot be reached.',
    default: 86_400,
    min: 600,
    max: 2_592_000,
  }),
  'kaa.security.issuer-timeout': integer({
    about: 'Seconds within which an issuer must have answered.',
    default: 5,
    min: 1,
    max: 60,
  }),
  'kaa.security.uma.decision-lifetime': integer({
    about: 'Seconds for which a decision of Keycloak holds; 0 asks for each call.',
    default: 10,
    min: 0,
    max: 3600,
  }),
  'kaa.security.uma.decision-cache': integer({
    about: 'How many decisions of Keycloak are remembered.',
    default: 100_000,
    min: 1,
    max: 10_000_000,
  }),
  'kaa.security.uma.concurrency': integer({
    about: 'How many calls of a tenant may wait for its Keycloak at a time (503 above).',
    default: 200,
    min: 1,
    max: 10_000,
  }),
  'kaa.security.uma.transactions': integer({
    about:
      'How many of those that create or delete applications hold a database connection meanwhile; one of each tenant.',
    default: 4,
    min: 1,
    max: 100,
  }),
  'kaa.security.uma.reconcile-interval': integer({
    about: "Seconds after which applications and Keycloak's resources are compared again.",
    default: 300,
    min: 1,
    max: 86_400,
  }),
} satisfies Record<string, Option<never> | Option<unknown>>;

/** What one value of these options allows and another forbids. */
export function securityFaults(values: Readonly<Record<string, unknown>>): string[] {
  if (values['kaa.security.enabled'] !== true) return [];
  return (values['kaa.security.token-limit'] as number) >= (values['http.header-limit'] as number)
    ? ['kaa.security.token-limit: must be below http.header-limit, or no such token gets in']
    : [];
}
