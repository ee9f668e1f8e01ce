import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../src/settings/settings.js';
import { errorOf, faultsOf, folderWith, load } from './settings-files.js';

describe('a settings file', () => {
  it('may be empty: every option has its default', () => {
    const settings = load('');
    expect(settings).toMatchObject({
      'service.instance.name': 'tekton',
      'service.graceful-shutdown': 30,
      'http.port': 8080,
      'http.url-prefix': '/tekton',
      'management.port': 8081,
      'nats.urls': ['nats://127.0.0.1:4222'],
      'kaa.tekton.app-names.auto-generation.enabled': false,
      'kaa.service-instances': [],
    });
    expect(settings['service.instance.replica.id']).toMatch(/^tekton-[0-9a-f]{8}$/);
    expect(load('')['service.instance.replica.id']).not.toBe(
      settings['service.instance.replica.id'],
    );
  });

  it.each([
    ['nested', 'service:\n  instance:\n    replica:\n      id: r1'],
    ['dotted', 'service.instance.replica.id: r1'],
    ['both', 'service:\n  instance.replica:\n    id: r1'],
  ])('names options by %s keys', (_, yaml) => {
    expect(load(yaml)['service.instance.replica.id']).toBe('r1');
  });

  it('may have groups with nothing in them, as when all is commented out', () => {
    const yaml = 'http:\nnats: {}\nkaa:\n  service-instances:\n  #  epts:';
    expect(load(yaml)['http.port']).toBe(8080);
  });

  it('may give an option nothing, which leaves the default', () => {
    expect(load('http.port:')['http.port']).toBe(8080);
  });

  it('may share parts by anchors and merge keys', () => {
    const settings = load(`
      kaa.service-instances:
        cmx: &cmx { serviceName: CMX, serviceGroup: G }
        cmx-ota: { <<: *cmx, serviceGroup: Updates }`);
    expect(settings['kaa.service-instances']).toMatchObject([
      { name: 'cmx', serviceName: 'CMX', serviceGroup: 'G' },
      { name: 'cmx-ota', serviceName: 'CMX', serviceGroup: 'Updates' },
    ]);
  });

  it('has numbers as such or as text, and lists as such or as text with commas', () => {
    const settings = load("http.port: '9000'\nnats.urls: 'nats://a:1, tls://b:2'");
    expect(settings['http.port']).toBe(9000);
    expect(settings['nats.urls']).toEqual(['nats://a:1', 'tls://b:2']);
    expect(load('nats.urls: [nats://c:3]')['nats.urls']).toEqual(['nats://c:3']);
  });
});

describe('a settings file is refused', () => {
  it.each([
    [
      'an option that is not known',
      'http.prot: 1',
      'http.prot: is not an option; did you mean http.port?',
    ],
    ['a group that is not known', 'htpp: {}', 'htpp: is not an option'],
    ['a value in place of a group', 'http: 8080', 'http: is not an option'],
    [
      'a group in place of a value',
      'http.port: { a: 1 }',
      'http.port.a: is not an option; did you mean http.port?',
    ],
    [
      'an option given twice',
      'http.port: 1\nhttp:\n  port: 1',
      'http.port: is given twice, nested and dotted; keep one',
    ],
    [
      'a key given twice',
      'http.port: 1\nhttp.port: 2',
      'Map keys must be unique at line 2, column 1',
    ],
    ['a list', '- a', 'the file must hold a mapping of options'],
    ['two documents', 'http.port: 1\n---\n{}', expect.stringContaining('multiple documents')],
    ['broken YAML', 'http: [', expect.stringMatching(/at line 1, column \d+/)],
    [
      'an alias without its anchor',
      'http.port: *port',
      expect.stringContaining('the file cannot be read: Unresolved alias'),
    ],
    [
      'an alias within its own anchor',
      'kaa: &kaa { service-instances: *kaa }',
      'the file cannot be read: an alias stands within its own anchor',
    ],
    [
      'what is like no option',
      'kaa.service-instance.a: {}',
      'kaa.service-instance.a: is not an option',
    ],
    [
      'a number beyond its range',
      'http.port: 70000',
      'http.port: must be a whole number from 0 to 65535, not 70000',
    ],
    [
      'a number that is not whole',
      'http.port: 80.5',
      'http.port: must be a whole number from 0 to 65535, not 80.5',
    ],
    ['no number', 'http.port: {}', 'http.port: must be a whole number from 0 to 65535, not {}'],
    [
      'no flag',
      'kaa.security.enabled: off',
      'kaa.security.enabled: must be true or false, not "off"',
    ],
    ['no choice', 'logging.format: xml', 'logging.format: must be json or pretty, not "xml"'],
    ['no text', 'nats.user: 1', 'nats.user: must be text, not 1'],
    [
      'an empty list',
      'nats.urls: []',
      expect.stringContaining('nats.urls: must be a list of: a URL'),
    ],
  ])('for %s', (_, yaml, fault) => {
    // What the environment gives would win over the file.
    const environment = { KAA_SECURITY_ENABLED: yaml.startsWith('kaa.security') ? '' : 'false' };
    expect(faultsOf(() => load(yaml, environment))).toContainEqual(fault);
  });

  it('if it cannot be read', () => {
    const TEKTON_CONFIG_FILE = `${folderWith({})}/none.yml`;
    const error = errorOf(() => loadSettings({ TEKTON_CONFIG_FILE }));
    expect(error.message).toContain(TEKTON_CONFIG_FILE);
    expect(error.faults).toContain(
      'the file cannot be read (ENOENT); TEKTON_CONFIG_FILE names another place',
    );
  });

  it('if it is not text in UTF-8', () => {
    const folder = folderWith({});
    const TEKTON_CONFIG_FILE = `${folder}/a.yml`;
    writeFileSync(TEKTON_CONFIG_FILE, Buffer.from('# caf\xe9', 'latin1'));
    expect(errorOf(() => loadSettings({ TEKTON_CONFIG_FILE })).faults[0]).toContain(
      'the file cannot be read (not UTF-8)',
    );
  });

  it('with all faults of file and environment in one message, each with its place', () => {
    const yaml = `
      http: { port: none, body-limit: 1 }
      logging.level: loud
      typo: 1
      kaa.service-instances:
        epr: 1
        epts: { serviceName: EPTS }`;
    const error = errorOf(() => load(yaml, { DATABASE_URL: 'mysql://x', NATS_TIMEOUT: 'soon' }));
    expect(error.faults.map((fault) => fault.split(':')[0])).toEqual([
      'kaa.service-instances.epr',
      'http.port',
      'http.body-limit',
      'DATABASE_URL',
      'NATS_TIMEOUT',
      'logging.level',
      'typo',
      'kaa.service-instances.epts.serviceGroup',
    ]);
    const [headline, ...lines] = error.message.split('\n');
    expect(headline).toMatch(/^Tekton does not start: 8 faults in its settings \(\/.*\.yml\):$/);
    expect(lines).toEqual(error.faults.map((fault) => `  - ${fault}`));
    expect(error.exitCode).toBe(78);
  });
});

it.each([
  ['no database', { DATABASE_URL: '' }, /^database\.url: is required; give it or DATABASE_URL/],
  [
    'security without tenants',
    { KAA_SECURITY_ENABLED: 'true' },
    /^kaa\.tenancy\.tenants: is required/,
  ],
  ['a token and a user of NATS', { NATS_TOKEN: 't', NATS_USER: 'u' }, /^nats\.token: /],
])('refuses %s', (_, environment, fault) => {
  expect(faultsOf(() => load('', environment))).toEqual([expect.stringMatching(fault)]);
});

it.each(['/api', '/api/v1', '/api/v1/x'])('refuses a prefix that hides the API: %s', (prefix) => {
  expect(faultsOf(() => load('', { HTTP_URL_PREFIX: prefix }))).toEqual([
    'http.url-prefix: cannot overlap /api/v1: the API answers there without a prefix',
  ]);
});

it('tells a faulty database URL once, and a missing one whatever else is wrong', () => {
  expect(faultsOf(() => load('database.url: x', { DATABASE_URL: '' }))).toHaveLength(1);
  expect(faultsOf(() => load('', { DATABASE_URL: 'x' }))).toHaveLength(1);
  expect(faultsOf(() => load('', { DATABASE_URL: '', DATABASE_POOL: 'x' }))).toHaveLength(2);
});

it('gives settings that nobody can change', () => {
  const settings = load(
    'nats.urls: nats://a:1\nkaa.service-instances.a: {serviceName: A, serviceGroup: G}',
  );
  const [instance] = settings['kaa.service-instances'];
  for (const part of [
    settings,
    settings['nats.urls'],
    settings['kaa.service-instances'],
    instance,
    instance?.schemas,
  ]) {
    expect(Object.isFrozen(part)).toBe(true);
  }
});

it('of a file that is no YAML, only that is told: what else it would say is not known', () => {
  expect(
    faultsOf(() => load('http: [', { KAA_SECURITY_ENABLED: 'true', DATABASE_URL: '' })),
  ).toEqual([expect.stringMatching(/ at line 1, column 8$/)]);
});
