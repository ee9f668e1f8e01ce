import { describe, expect, it } from 'vitest';
import { errorOf, faultsOf, load } from '../settings/settings-files.js';

const SECURE = { KAA_SECURITY_ENABLED: 'true' };
const ACME = { id: 'acme', issuer: 'https://a.example.com' };
const GLOBEX = { id: 'globex', issuer: 'https://b.example.com' };
const SECRET = 'not-to-be-shown';

function faultsOfTenants(tenants: unknown, environment: Record<string, string> = {}) {
  const yaml = `kaa.tenancy.tenants: ${JSON.stringify(tenants)}`;
  return faultsOf(() => load(yaml, { ...SECURE, ...environment }));
}

describe('the list of tenants', () => {
  it('may be YAML or JSON text, and is kept as it is', () => {
    const full = {
      ...ACME,
      jwksUri: 'http://a/k',
      audience: 'x',
      clientId: 'c',
      clientSecret: 's',
    };
    const inYaml = load(
      `
      kaa.tenancy.tenants:
        - id: acme
          issuer: https://a.example.com
          jwksUri: http://a/k
          audience: x
          clientId: c
          clientSecret: s
        - { id: globex, issuer: https://b.example.com }`,
      SECURE,
    );
    const inText = load('', {
      ...SECURE,
      KAA_TENANCY_TENANTS: JSON.stringify([full, GLOBEX]),
    });
    for (const settings of [inYaml, inText]) {
      expect(settings['kaa.tenancy.tenants']).toEqual([full, GLOBEX]);
      expect(Object.isFrozen(settings['kaa.tenancy.tenants'][0])).toBe(true);
    }
  });

  it('is not needed while security is off', () => {
    expect(load('')['kaa.tenancy.tenants']).toEqual([]);
  });

  it.each(['a', 'A.b_c-1', '0', 'x'.repeat(128)])('may have the id %.20s', (id) => {
    const yaml = `kaa.tenancy.tenants: ${JSON.stringify([{ ...ACME, id }])}`;
    expect(load(yaml, SECURE)['kaa.tenancy.tenants']).toMatchObject([{ id }]);
  });
});

describe('a list of tenants is refused', () => {
  it.each<[what: string, tenants: unknown, fault: RegExp]>([
    ['that is empty', [], /is required while security is on/],
    ['that is text but no JSON', 'acme', /a list of tenants/],
    ['that is JSON but no list', '{}', /a list of tenants/],
    [
      'that is a mapping',
      { acme: ACME.issuer },
      /is not an option; .* not every option takes a mapping/,
    ],
    ['with what is no tenant', [null], /\[0\] is not a mapping/],
    ['with text', [ACME, 'globex'], /\[1\] is not a mapping/],
    ['with a list in it', [[ACME]], /\[0\]/],
    ['with nothing in a tenant', [{}], /\[0\] has no id; \[0\] has no issuer/],
    ['without an id', [{ issuer: 'https://a' }], /\[0\] has no id/],
    ['without an issuer', [{ id: 'a' }], /\[0\] has no issuer/],
    ['with an empty issuer', [{ id: 'a', issuer: '' }], /\[0\] has a issuer that is no text/],
    ['with a number as id', [{ ...ACME, id: 5 }], /\[0\] has a id that is no text/],
    ['with null as audience', [{ ...ACME, audience: null }], /\[0\] has a audience/],
    ['with a member that is not known', [{ ...ACME, realm: 'a' }], /\[0\] has realm/],
    ['with a member in other case', [{ ...ACME, jwksuri: 'https://a' }], /\[0\] has jwksuri/],
    [
      'with an issuer that is no URL',
      [{ ...ACME, issuer: 'acme' }],
      /\[0\] has a issuer that is not/,
    ],
    ['with an issuer that is a file', [{ ...ACME, issuer: 'file:///etc' }], /\[0\] has a issuer/],
    ['with keys that are in a file', [{ ...ACME, jwksUri: 'file:///k' }], /\[0\] has a jwksUri/],
    ['with two of an id', [ACME, { ...GLOBEX, id: 'acme' }], /the id acme appears twice/],
    ['with two of an issuer', [ACME, { ...GLOBEX, issuer: ACME.issuer }], /the issuer .* twice/],
  ])('%s', (_, tenants, fault) => {
    const [told = ''] = faultsOfTenants(tenants);
    expect(told).toMatch(/^kaa\.tenancy\.tenants/);
    expect(told).toMatch(fault);
  });

  it.each(['', '.a', '-a', '_a', 'a b', 'a/b', 'ä', 'x'.repeat(129), 'a\n', '*', '>'])(
    'with the id %j',
    (id) => {
      expect(faultsOfTenants([{ ...ACME, id }])[0]).toMatch(/\[0\] has an? id/);
    },
  );

  it('without being called missing too', () => {
    expect(faultsOfTenants([{ ...ACME, realm: 'a' }])).toHaveLength(1);
  });

  it('with all its faults at once', () => {
    const [fault] = faultsOfTenants([{ id: '-' }, { ...GLOBEX, x: 1, audience: 5 }]);
    expect(fault).toMatch(/\[0\] has no issuer/);
    expect(fault).toMatch(/\[0\] has an id that/);
    expect(fault).toMatch(/\[1\] has x/);
    expect(fault).toMatch(/\[1\] has a audience/);
  });

  it('without showing the secrets that stand in it', () => {
    const tenants = [{ ...ACME, clientSecret: SECRET, x: SECRET }, { clientSecret: SECRET }];
    const error = errorOf(() => load(`kaa.tenancy.tenants: ${JSON.stringify(tenants)}`, SECURE));
    expect(error.message).not.toContain(SECRET);
    expect(error.faults.join()).not.toContain(SECRET);
  });

  it('without clients where Keycloak is to be asked', () => {
    const uma = { KAA_SECURITY_AUTHORIZATION: 'uma' };
    const faults = faultsOfTenants([ACME, { ...GLOBEX, clientId: 'x' }], uma);
    expect(faults).toEqual([
      expect.stringMatching(/globex has one of clientId and clientSecret/),
      expect.stringMatching(/acme needs clientId and clientSecret/),
    ]);
  });

  it('beside a Tenant Manager', () => {
    const manager = { KAA_TENANT_MANAGER_URL: 'http://tm' };
    expect(faultsOfTenants([ACME], manager)).toEqual([expect.stringMatching(/leave it out/)]);
  });
});

describe('the options of the Tenant Manager are refused', () => {
  const MANAGER = { KAA_TENANT_MANAGER_URL: 'http://tm' };
  it.each<[what: string, environment: Record<string, string>, fault: RegExp]>([
    ['without its address', { KAA_TENANCY_SOURCE: 'tenant-manager' }, /tenant-manager\.url/],
    ['with an address that is none', { KAA_TENANT_MANAGER_URL: 'tm' }, /TENANT_MANAGER_URL/],
    ['with a client that has no secret', { KAA_TENANT_MANAGER_CLIENT_ID: 'x' }, /client-secret/],
    ['with a secret of no client', { KAA_TENANT_MANAGER_CLIENT_SECRET: 'x' }, /client-id/],
    ['with an inner address alone', { KAA_TENANT_MANAGER_KEYCLOAK_URL: 'http://k' }, /base-url/],
    [
      'with a client that nobody gives a token',
      { KAA_TENANT_MANAGER_CLIENT_ID: 'x', KAA_TENANT_MANAGER_CLIENT_SECRET: 'y' },
      /tenant-manager\.issuer/,
    ],
    ['with pages of nothing', { KAA_TENANT_MANAGER_PAGE_SIZE: '0' }, /PAGE_SIZE/],
    ['with another source', { KAA_TENANCY_SOURCE: 'keycloak' }, /TENANCY_SOURCE/],
  ])('%s', (_, environment, fault) => {
    const given = 'KAA_TENANCY_SOURCE' in environment ? {} : MANAGER;
    const faults = faultsOf(() => load('', { ...SECURE, ...given, ...environment }));
    expect(faults.join('\n')).toMatch(fault);
  });

  it('if the other source is named', () => {
    const faults = faultsOf(() =>
      load('', { ...SECURE, ...MANAGER, KAA_TENANCY_SOURCE: 'static' }),
    );
    expect(faults.join()).toMatch(/kaa\.tenancy\.tenants: is required/);
  });
});
