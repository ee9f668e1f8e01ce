import { describe, expect, it } from 'vitest';
import { errorOf, folderWith, load } from './settings-files.js';

const SECRET = 'hunter2';

/** What is said of settings, in which the secret stands. */
const saidOf = (
  yaml: string,
  environment: Record<string, string> = {},
  files: Record<string, string> = {},
) => errorOf(() => load(yaml, environment, files)).faults.join('\n');

describe('a secret is never shown', () => {
  it.each([
    ['DATABASE_URL', `mysql://u:${SECRET}@db/t`],
    ['NATS_URL', `http://u:${SECRET}@nats:4222`],
    ['NATS_URLS', `nats://a:1,u:${SECRET}@nats:4222`],
    ['KAA_TENANCY_TENANTS', `[{"id": "a", "clientSecret": "${SECRET}"`],
    ['NATS_PASSWORD_FILE', SECRET],
    ['DATABASE_TLS_KEY_FILE', `/${SECRET}`],
  ])('in what is said of %s', (name, value) => {
    const said = saidOf('', { [name]: value });
    expect(said).toContain(name);
    expect(said).not.toContain(SECRET);
  });

  it('when it stands in the file', () => {
    const yaml = `database.url: mysql://u:${SECRET}@db\nnats: {password: [${SECRET}], token: {a: 1}, urls: [${SECRET}]}`;
    const { message, faults } = errorOf(() => load(yaml, { DATABASE_URL: '' }));
    expect(faults).toHaveLength(4);
    expect(message).not.toContain(SECRET);
  });

  it.each(['DATABASE_URL', 'PORT', 'KAA_TENANCY_TENANTS'])(
    'when it stands in a file of its own, which %s names',
    (name) => {
      const folder = folderWith({ secret: `mysql://u:${SECRET}@db` });
      const said = saidOf('', { DATABASE_URL: '', [`${name}_FILE`]: `${folder}/secret` });
      expect(said).toContain(`${name}_FILE: must be `);
      expect(said).not.toContain(SECRET);
    },
  );

  it.each([
    ['alone', SECRET, 'line 1, column 1'],
    ['in JSON that is cut off', `{\n  "password": "${SECRET}`, 'line 2, column 23'],
    ['in JSON without quotes', `{"password": ${SECRET}}`, 'line 1, column 14'],
    ['in JSON', `"${SECRET}"`, 'must hold a JSON object'],
  ])('when its file is taken for a schema: %s', (_, content, place) => {
    const yaml =
      'kaa.service-instances.a: {serviceName: A, serviceGroup: G, appConfigurationSchema: {$file: s}}';
    const said = saidOf(yaml, {}, { s: content });
    expect(said).toContain(place);
    expect(said).not.toContain(SECRET);
  });
});

describe('a secret is not shown where quotes or a space are missing', () => {
  const FIRST = 'nats.user: u\nnats.password: ';

  it.each([
    // Each tells another kind of fault.
    [`${FIRST}*${SECRET}`, 'Unresolved alias at line 2, column 16; its anchor'],
    [`${FIRST}|${SECRET}`, 'Something stands where nothing may at line 2, column 17; '],
    [`${FIRST}>${SECRET}`, 'Something stands where nothing may at line 2, column 17; '],
    [`${FIRST}@${SECRET}`, 'begins with such a character needs quotes at line 2, column 16'],
    [`${FIRST}%${SECRET}`, 'begins with such a character needs quotes at line 2, column 16'],
    [`${FIRST}"${SECRET}`, 'is missing at line 2, column 24'],
    [`${FIRST}"\\${SECRET}"`, 'in double quotes is not one of YAML at line 2'],
    [`${FIRST}"a"${SECRET}`, 'at line 2, column 19'],
    [`${FIRST}&a &${SECRET} b`, 'two anchors (&) at one place at line 2'],
    [`${FIRST}!a !${SECRET} b`, 'two tags (!) at one place at line 2'],
    [`${FIRST}!<${SECRET}`, 'a tag (!) does not fit it at line 2'],
    [`${FIRST}!x!${SECRET} b`, 'a tag (!) does not fit it at line 2'],
    [`${FIRST}!!set {${SECRET}: 1}`, 'a tag (!) does not fit it at line 2'],
    [`${FIRST}!!map [${SECRET}]`, 'nats.password: must be text'],
    [`${FIRST}&${SECRET} *a`, 'takes no anchor and no tag at line 2'],
    [`${FIRST}& ${SECRET}`, 'has no name, or one that ends in a colon at line 2'],
    [`${FIRST}a: ${SECRET}`, 'A second key in one line at line 2'],
    [`${FIRST}- ${SECRET}`, 'at line 2'],
    [`${FIRST}[${SECRET}`, 'a bracket is not closed at line 2'],
    [`${FIRST}{a: - ${SECRET}}`, 'at line 2'],
    [`${FIRST}{${SECRET}, ${SECRET}}`, 'Map keys must be unique at line 2'],
    [`${FIRST}a\n${SECRET}`, 'at line 3, column 1'],
    [`${FIRST}\n\t${SECRET}: a`, 'not of tabs at line 3'],
    [`nats:\n  user: u\n  password ${SECRET}\n  token: a`, 'A key must be in one line at line 3'],
    [`nats:\n  <<: ${SECRET}`, 'a merge key (<<) takes mappings only'],
    [`%YAML ${SECRET}\n---\n{}`, 'A directive (%) is not one of YAML at line 1'],
    [`nats.user: u\n--- ${SECRET}`, 'multiple documents at line 2'],
    [`${'['.repeat(5000)}${SECRET}`, 'too deeply at line 1'],
    [`${SECRET}${'x'.repeat(1100)}: a`, 'has more than 1024 characters at line 1'],
    // YAML takes these for names.
    [`nats: {password:${SECRET}}`, 'nats.password…: is not an option; a colon needs a space'],
    [`nats: {password: {${SECRET}: 1}}`, 'nats.password…: is not an option'],
    [`nats: {password: {{${SECRET}}}}`, 'nats.password…: is not an option'],
    [`nats: {pasword:${SECRET}}`, 'nats.…: is not an option'],
    [`nats: {pasword=${SECRET}: 1}`, 'nats.pasword…: is not an option'],
    [`nats: {user: u, password: a,${SECRET}}`, 'nats.…: is not an option'],
    [`database: {postgres://u:${SECRET}@h/d}`, 'database.…: is not an option'],
    [`kaa.tenancy.tenants: {clientSecret: {${SECRET}: 1}}`, 'kaa.tenancy.tenants…: is not'],
    [`kaa.tenancy.tenants: [{clientSecret:${SECRET}}]`, '[0] has a member, which is not known'],
    [`kaa.tenancy.tenants: [{clientSecret: a,${SECRET}}]`, '[0] has a member, which is not known'],
    // And this for a list.
    [`nats.user: [{password: ${SECRET}}]`, 'nats.user: must be text, not a list'],
  ])('(%#)', (yaml, told) => {
    const said = saidOf(yaml);
    expect(said, yaml).toContain(told);
    expect(said, yaml).not.toContain(SECRET);
  });
});

it('what is meant by a name that is not known is told', () => {
  expect(saidOf('kaa.tenancy.tenants: [{id: a, issuer: https://a/, clientID: c}]')).toContain(
    '[0] has clientID, which is not known; did you mean clientId?',
  );
  expect(saidOf('nats: {paswort:}')).toBe(
    'nats.paswort: is not an option; did you mean nats.password?',
  );
  expect(saidOf('nats: {tokens: a}')).toBe(
    'nats.token…: is not an option; did you mean nats.token?',
  );
});
