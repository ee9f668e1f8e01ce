import { choice, integer, url, type Option } from './option.js';
import { certificates, clientCertificateFaults, privateKey } from './pem-option.js';

const TLS_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;

/** How much of TLS a connection to PostgreSQL needs, in PostgreSQL's own words. */
export type DatabaseTlsMode = (typeof TLS_MODES)[number];

/** Options of the connections to PostgreSQL. */
export const DATABASE_OPTIONS = {
  'database.url': url<string | undefined>({
    about: 'Where PostgreSQL is: postgres://user:password@host:port/database. Required.',
    default: undefined,
    schemes: ['postgres', 'postgresql'],
    shortNames: ['DATABASE_URL'],
    secret: true,
  }),
  'database.tls.mode': choice<DatabaseTlsMode | undefined>({
    about:
      'TLS to PostgreSQL: disable, require (encrypted, whoever answers), verify-ca (its certificate is trusted) or verify-full (and names its host).',
    default: undefined,
    defaultAbout:
      'verify-full if another option of database.tls is given, else what sslmode in database.url says, else disable',
    among: TLS_MODES,
  }),
  'database.tls.ca': certificates({
    about: "The authorities that PostgreSQL's certificate may be of; without, those of Node.js.",
  }),
  'database.tls.cert': certificates({ about: "Tekton's own certificate, for PostgreSQL." }),
  'database.tls.key': privateKey({ about: 'The key of that certificate.' }),
  'database.pool': integer({
    about: 'How many connections to PostgreSQL this replica opens at most.',
    default: 10,
    min: 2,
    max: 1000,
  }),
  'database.connect-timeout': integer({
    about: 'Seconds within which a connection to PostgreSQL must stand, or be free in the pool.',
    default: 5,
    min: 1,
    max: 300,
  }),
  'database.silence-timeout': integer({
    about:
      'Seconds after which PostgreSQL gives up a connection of Tekton on which it hears nothing, and with it the locks of an unfinished change.',
    default: 10,
    min: 1,
    max: 3600,
  }),
  'database.relay-timeout': integer({
    about:
      'Seconds within which PostgreSQL must have answered the relay and the health checks; then they try another connection.',
    default: 5,
    min: 1,
    max: 300,
  }),
  'database.query-timeout': integer({
    about: 'Seconds within which PostgreSQL must have answered a statement.',
    default: 30,
    min: 1,
    max: 3600,
  }),
} satisfies Record<string, Option<never> | Option<unknown>>;

const TLS_OPTIONS = [
  'database.tls.mode',
  'database.tls.ca',
  'database.tls.cert',
  'database.tls.key',
] as const;

/** A fault of the option itself, whichever way it was given. */
const URL_FAULT = /^(database\.url|DATABASE_URL(_FILE)?):/;

/** What one value of these options allows and another forbids. */
export function databaseFaults(
  values: Readonly<Record<string, unknown>>,
  known: readonly string[],
): string[] {
  const faults: string[] = [];
  if (values['database.url'] === undefined && !known.some((fault) => URL_FAULT.test(fault))) {
    faults.push(
      'database.url: is required; give it or DATABASE_URL, such as postgres://user:password@host:5432/tekton',
    );
  }
  faults.push(...clientCertificateFaults('database.tls', values));
  const given = TLS_OPTIONS.filter((path) => values[path] !== undefined);
  const [first] = given;
  if (first !== undefined && saysTls(values['database.url'] as string | undefined)) {
    // The driver would take the URL's word for it, and leave ours aside without a sign.
    faults.push(`${first}: cannot be given while database.url has parameters about SSL`);
  }
  const mode = values['database.tls.mode'] as DatabaseTlsMode | undefined;
  const unused = given.filter(
    (path) =>
      (mode === 'disable' && path !== 'database.tls.mode') ||
      (mode === 'require' && path === 'database.tls.ca'),
  );
  faults.push(
    ...unused.map((path) => `${path}: has no use while database.tls.mode is ${mode ?? ''}`),
  );
  return faults;
}

function saysTls(url: string | undefined): boolean {
  if (url === undefined) return false;
  return [...new URL(url).searchParams.keys()].some((name) => name.startsWith('ssl'));
}
