import { expect, it } from 'vitest';
import { TestAuthority } from '../support/test-certificates.js';
import { faultsOf, folderWith, load } from './settings-files.js';

const authority = new TestAuthority();
const { cert: ca } = authority;
const own = authority.certify('tekton');
const other = authority.certify('other');

const SEED = `SU${'A'.repeat(56)}`;
const CREDENTIALS = `-----BEGIN NATS USER JWT-----
ey
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
${SEED}
------END USER NKEY SEED------
`;

it('certificates and keys are texts, or files that variables name', () => {
  const folder = folderWith({ 'ca.crt': `Somebody\n${ca}${own.cert}`, key: own.key });
  const settings = load('', {
    NATS_TLS_CA_FILE: `${folder}/ca.crt`,
    NATS_TLS_CERT: own.cert,
    NATS_TLS_KEY_FILE: `${folder}/key`,
    DATABASE_TLS_CA_FILE: `${folder}/ca.crt`,
    DATABASE_TLS_MODE: 'verify-ca',
  });
  expect(settings).toMatchObject({
    'nats.tls.ca': `Somebody\n${ca}${own.cert}`.trimEnd(),
    'nats.tls.cert': own.cert,
    'nats.tls.key': own.key.trimEnd(),
    'database.tls.mode': 'verify-ca',
  });
});

it.each(['nats.tls', 'database.tls'])('%s takes no half of a pair, and no wrong one', (group) => {
  const variable = group.toUpperCase().replace('.', '_');
  const given = (values: Record<string, string>) =>
    faultsOf(() =>
      load(
        '',
        Object.fromEntries(
          Object.entries(values).map(([name, value]) => [`${variable}_${name}`, value]),
        ),
      ),
    );
  expect(given({ CERT: own.cert })).toEqual([
    `${group}.cert: must be given together with ${group}.key`,
  ]);
  expect(given({ KEY: own.key })).toEqual([
    `${group}.key: must be given together with ${group}.cert`,
  ]);
  expect(given({ CERT: own.cert, KEY: other.key })).toEqual([
    `${group}.key: is not the key of the certificate in ${group}.cert`,
  ]);
  expect(given({ CA: '/etc/ca.crt', CERT: 'nonsense', KEY: own.cert })).toEqual([
    expect.stringMatching(/_CA: must be certificates as PEM text, [^/]*$/),
    expect.stringMatching(/_CERT: must be certificates as PEM text, /),
    expect.stringMatching(/_KEY: must be a private key as PEM text, not encrypted$/),
  ]);
});

it.each([
  [{ NATS_USER: 'u', NATS_TOKEN: 't' }, ['nats.token: cannot be given together with nats.user']],
  [
    { NATS_NKEY_SEED: SEED, NATS_CREDENTIALS: CREDENTIALS },
    ['nats.credentials: cannot be given together with nats.nkey-seed'],
  ],
  [
    { NATS_URL: 'nats://u:p@a:1', NATS_TOKEN: 't' },
    ['nats.token: cannot be given while nats.urls hold a user'],
  ],
  [{ NATS_PASSWORD: 'p' }, ['nats.password: must be given together with nats.user']],
  [
    { NATS_NKEY_SEED: 'UABC', NATS_CREDENTIALS: '/etc/tekton.creds' },
    [
      'NATS_NKEY_SEED: must be the seed of a user NKey: SU and 56 of A-Z 2-7',
      'NATS_CREDENTIALS: must be the content of a .creds file: a user JWT and the seed of an NKey',
    ],
  ],
])(
  'who Tekton is to NATS is said in one way: %o',
  (environment: Record<string, string>, faults) => {
    expect(faultsOf(() => load('', environment))).toEqual(faults);
  },
);

it('a user or a password may stand in the URL of NATS, the other apart', () => {
  load('', { NATS_URL: 'nats://u@a:1', NATS_PASSWORD: 'p' });
  load('', { NATS_URL: 'nats://u:old@a:1', NATS_USER: 'u', NATS_PASSWORD: 'new' });
  load('', { NATS_CREDENTIALS: CREDENTIALS });
});

const WITH_SSLMODE = { DATABASE_URL: 'postgres://db/t?sslmode=verify-full' };

it.each([
  [
    { ...WITH_SSLMODE, DATABASE_TLS_CA: ca },
    ['database.tls.ca: cannot be given while database.url has parameters about SSL'],
  ],
  [
    { DATABASE_TLS_MODE: 'disable', DATABASE_TLS_CA: ca },
    ['database.tls.ca: has no use while database.tls.mode is disable'],
  ],
  [
    { DATABASE_TLS_MODE: 'require', DATABASE_TLS_CA: ca },
    ['database.tls.ca: has no use while database.tls.mode is require'],
  ],
])('TLS to PostgreSQL is said in one way', (environment: Record<string, string>, faults) => {
  expect(faultsOf(() => load('', environment))).toEqual(faults);
});

it('what the URL says of TLS counts where nothing else is said', () => {
  expect(load('', WITH_SSLMODE)['database.tls.mode']).toBeUndefined();
});
