import { integer, list, text, url, type Option } from './option.js';
import { certificates, clientCertificateFaults, privateKey } from './pem-option.js';

/** Options of the connection to NATS. */
export const NATS_OPTIONS = {
  'nats.urls': list({
    about: 'Where the NATS servers are; with tls:// no connection is made without TLS.',
    default: ['nats://127.0.0.1:4222'],
    of: url<string>({ about: '', default: '', schemes: ['nats', 'tls'] }),
    shortNames: ['NATS_URL'],
    // They may hold a password.
    secret: true,
  }),
  'nats.user': text<string | undefined>({ about: 'User of NATS.', default: undefined }),
  'nats.password': text<string | undefined>({
    about: 'Password of the NATS user.',
    default: undefined,
    secret: true,
  }),
  'nats.token': text<string | undefined>({
    about: 'Token for NATS, in place of user and password.',
    default: undefined,
    secret: true,
  }),
  'nats.nkey-seed': text<string | undefined>({
    about: 'Seed of the NKey that Tekton proves itself with, in place of user and password.',
    default: undefined,
    pattern: /^SU[A-Z2-7]{56}$/,
    takes: 'the seed of a user NKey: SU and 56 of A-Z 2-7',
    secret: true,
  }),
  'nats.credentials': text<string | undefined>({
    about: 'What a credentials file of NATS holds, in place of user and password.',
    default: undefined,
    pattern: /-----BEGIN NATS USER JWT-----\s[^]*-----BEGIN USER NKEY SEED-----\s/,
    takes: 'the content of a .creds file: a user JWT and the seed of an NKey',
    secret: true,
  }),
  'nats.tls.ca': certificates({
    about:
      "The authorities that a NATS server's certificate may be of; without, those of Node.js. No connection is made without TLS then.",
  }),
  'nats.tls.cert': certificates({ about: "Tekton's own certificate, for NATS." }),
  'nats.tls.key': privateKey({ about: 'The key of that certificate.' }),
  'nats.timeout': integer({
    about: 'Seconds within which a connection to a NATS server must stand.',
    default: 5,
    min: 1,
    max: 300,
  }),
  'nats.ping-interval': integer({
    about:
      'Seconds between two pings to NATS; a server that leaves two of them without an answer is taken for gone.',
    default: 5,
    min: 1,
    max: 300,
  }),
  'nats.confirm-timeout': integer({
    about:
      'Seconds within which NATS must confirm notifications; then they are sent again, by another replica if there is one.',
    default: 2,
    min: 1,
    max: 300,
  }),
} satisfies Record<string, Option<never> | Option<unknown>>;

/** Ways to say who Tekton is, of which NATS takes one. */
const IDENTITIES = ['nats.user', 'nats.token', 'nats.nkey-seed', 'nats.credentials'] as const;

/** What one value of these options allows and another forbids. */
export function natsFaults(values: Readonly<Record<string, unknown>>): string[] {
  const faults = clientCertificateFaults('nats.tls', values);
  const [first, ...others] = IDENTITIES.filter((path) => values[path] !== undefined);
  faults.push(...others.map((path) => `${path}: cannot be given together with ${first ?? ''}`));
  const urls = values['nats.urls'] as readonly string[];
  const isInUrl = urls.some((address) => new URL(address).username !== '');
  if (isInUrl && first !== undefined && first !== 'nats.user') {
    faults.push(`${first}: cannot be given while nats.urls hold a user`);
  }
  if (values['nats.password'] !== undefined && values['nats.user'] === undefined && !isInUrl) {
    faults.push('nats.password: must be given together with nats.user');
  }
  return faults;
}
