import { describe, expect, it } from 'vitest';
import type { Option } from '../../src/settings/option.js';
import { environmentName, OPTIONS, type OptionPath } from '../../src/settings/options.js';
import { TestAuthority } from '../support/test-certificates.js';
import { errorOf, folderWith, load } from './settings-files.js';

const authority = new TestAuthority();
const own = authority.certify('tekton');

/** Values of options that say in words what they take. */
const SAMPLES: Readonly<Partial<Record<OptionPath, string>>> = {
  'service.instance.name': 'tekton-2',
  'service.instance.replica.id': 'replica/2',
  'kaa.security.algorithms': 'ES256, RS512',
  'kaa.tenancy.tenants': '[{"id": "kaa", "issuer": "https://id.example.com/realms/kaa"}]',
  'http.host': '10.1.2.3',
  'http.url-prefix': '/cm/tekton',
  'http.cors.origins': 'https://a.example.com, http://b.example.com:8080',
  // The most that they can be needs more of http.bodies-limit.
  'http.body-limit': '2048',
  'http.bulk-body-limit': '2048',
  'management.host': 'management.example.com',
  'database.url': 'postgresql://u:p@db.example.com:5433/t?application_name=x',
  'database.tls.ca': authority.cert,
  'database.tls.cert': own.cert,
  'database.tls.key': own.key,
  'nats.urls': 'nats://u:p@a.example.com:4222,tls://b.example.com',
  'nats.nkey-seed': `SU${'B'.repeat(56)}`,
  'nats.credentials': `-----BEGIN NATS USER JWT-----\ney\n-----BEGIN USER NKEY SEED-----\nSU\n`,
  'nats.tls.ca': authority.cert,
  'nats.tls.cert': own.cert,
  'nats.tls.key': own.key,
};

/** What an option cannot be given without. */
const COMPANIONS: Readonly<Partial<Record<OptionPath, Record<string, string>>>> = {
  'nats.password': { NATS_USER: 'u' },
  'nats.tls.cert': { NATS_TLS_KEY: own.key },
  'nats.tls.key': { NATS_TLS_CERT: own.cert },
  'database.tls.cert': { DATABASE_TLS_KEY: own.key },
  'database.tls.key': { DATABASE_TLS_CERT: own.cert },
};

function sampleOf(path: OptionPath, { default: value, takes }: Option<unknown>): string {
  const given = SAMPLES[path];
  if (given !== undefined) return given;
  if (typeof value === 'boolean') return String(!value);
  const mostOfRange = /^a whole number from [0-9]+ to ([0-9]+)$/.exec(takes)?.[1];
  if (mostOfRange !== undefined) return mostOfRange;
  if (takes.startsWith('a URL with https://')) return 'https://a.example.com/path';
  if (takes === 'text') return 'some text';
  const choices = takes.split(/, | or /);
  return choices.find((choice) => choice !== value) ?? '';
}

describe.each(Object.entries(OPTIONS) as [OptionPath, Option<unknown>][])('%s', (path, option) => {
  const variable = environmentName(path);
  const sample = sampleOf(path, option);
  const isRequired = path === 'database.url' ? { DATABASE_URL: '' } : {};
  const isSecurity = path === 'kaa.security.enabled' ? { KAA_SECURITY_ENABLED: '' } : {};
  const around = { ...COMPANIONS[path], ...isRequired, ...isSecurity };
  const valueBy = (yaml: string, environment: Record<string, string> = {}) =>
    load(yaml, { ...around, ...environment })[path];
  const [last = '', ...parents] = path.split('.').reverse();
  const nested = (value: string) =>
    parents.reduce((inner, key) => `{${key}: ${inner}}`, `{${last}: ${JSON.stringify(value)}}`);

  it('can be given by its variable, a file that this names, and dotted or nested in the settings file', () => {
    const value = valueBy('', { [variable]: sample });
    expect(value).not.toEqual(option.default);
    const folder = folderWith({ value: `${sample}\n` });
    expect(valueBy('', { [`${variable}_FILE`]: `${folder}/value` })).toEqual(
      typeof value === 'string' ? value.trimEnd() : value,
    );
    expect(valueBy(`${path}: ${JSON.stringify(sample)}`)).toEqual(value);
    expect(valueBy(nested(sample))).toEqual(value);
  });

  // Any text is a text.
  if (option.takes === 'text') return;

  it('is refused if it is not what it takes, wherever it stands', () => {
    const faultsBy = (yaml: string, environment: Record<string, string> = {}) =>
      errorOf(() => load(yaml, { ...around, ...environment })).faults;
    // No number, no choice, no URL, no path, and no visible ASCII character.
    const wrong = '\u00ac';
    const isHost = path.endsWith('.host');
    if (!isHost) {
      expect(faultsBy('', { [variable]: wrong })).toContainEqual(
        expect.stringMatching(new RegExp(`^${variable}: must be `)),
      );
    }
    expect(faultsBy(`${path}: ${isHost ? '[]' : wrong}`)).toContainEqual(
      expect.stringMatching(new RegExp(`^${path}: must be `)),
    );
  });
});
