import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compileSchema } from '../../src/json/json-schema.js';
import { ReadFiles } from '../../src/settings/read-files.js';
import { loadSettings, settingsSteps } from '../../src/settings/settings.js';
import { faultsOf, folderWith, load } from './settings-files.js';

/** An instance `a` with a schema of applications. */
const withSchema = (schema: string) => `
kaa:
  service-instances:
    a:
      serviceName: A
      serviceGroup: G
      appConfigurationSchema: ${schema}`;

const schemaOf = (settings: ReturnType<typeof load>) =>
  settings['kaa.service-instances'][0]?.schemas.appConfigurationSchema;

describe('a service instance', () => {
  it('is defined by nested or dotted keys, in the order of the file', () => {
    const settings = load(`
      kaa.service-instances.b: { serviceName: B, serviceGroup: G, urlPrefix: /b }
      kaa:
        service-instances:
          a.serviceName: A
          a.serviceGroup: G
          a.description: Text`);
    expect(settings['kaa.service-instances']).toEqual([
      { name: 'b', serviceName: 'B', serviceGroup: 'G', urlPrefix: '/b', schemas: {} },
      { name: 'a', serviceName: 'A', serviceGroup: 'G', description: 'Text', schemas: {} },
    ]);
  });

  it.each([
    ['a', 'kaa.service-instances.a: must be a mapping with serviceName and serviceGroup'],
    ['{ a: {} }', 'kaa.service-instances.a.serviceName: is required'],
    ['{ a: { serviceName: A } }', 'kaa.service-instances.a.serviceGroup: is required'],
    ['{ a: { serviceName: 1 } }', 'kaa.service-instances.a.serviceName: must be text'],
    ['{ a: { urlPrefix: [] } }', 'kaa.service-instances.a.urlPrefix: must be text'],
    [
      '{ a: { color: {} } }',
      expect.stringContaining('kaa.service-instances.a.color: is not known'),
    ],
    [
      '{ a: { schema: { type: object } } }',
      expect.stringContaining('kaa.service-instances.a.schema.type: is not known'),
    ],
    ['{ "a b": {} }', expect.stringContaining('kaa.service-instances.a b: the name must be')],
    ['{ -a: {} }', expect.stringContaining('kaa.service-instances.-a: the name must be')],
    ['[a]', 'kaa.service-instances: must be a mapping of service instances by name'],
  ])('is refused if it is given as %s', (instances, fault) => {
    const yaml =
      instances === 'a' ? 'kaa.service-instances.a: 1' : `kaa.service-instances: ${instances}`;
    expect(faultsOf(() => load(yaml))).toContainEqual(fault);
  });

  it('is refused if a field is given twice', () => {
    const yaml =
      'kaa.service-instances: { a: { serviceName: A, serviceGroup: G }, a.serviceName: B }';
    expect(faultsOf(() => load(yaml))).toEqual([
      'kaa.service-instances.a.serviceName: is given twice, nested and dotted; keep one',
    ]);
  });
});

describe('the schema of a service instance', () => {
  it.each([
    ['in place', '{ type: object, required: [x.y] }', {}],
    ['as a JSON string', `'{"type": "object", "required": ["x.y"]}'`, {}],
    ['in a file beside the settings', '{ $file: a.json }', { 'a.json': '{"required": ["x.y"]}' }],
    [
      'in a file of an editor that marks UTF-8',
      '{ $file: a.json }',
      { 'a.json': '\ufeff{"required": ["x.y"]}' },
    ],
  ])('may be given %s', (_, schema, files) => {
    const compiled = schemaOf(load(withSchema(schema), {}, files));
    expect(compiled?.validate({})).toHaveLength(1);
    expect(compiled?.validate({ 'x.y': 1 })).toEqual([]);
  });

  it('may be in a file that a dotted key names', () => {
    const yaml = `
      kaa.service-instances.a: { serviceName: A, serviceGroup: G }
      kaa.service-instances.a.appConfigurationSchema.$file: a.json`;
    const compiled = schemaOf(load(yaml, {}, { 'a.json': '{"required": ["x.y"]}' }));
    expect(compiled?.validate({})).toHaveLength(1);
    expect(
      faultsOf(() =>
        load(`${yaml}\n      kaa.service-instances.a: { appConfigurationSchema: {} }`),
      ),
    ).toHaveLength(1);
  });

  it('keeps dotted names as they are', () => {
    const compiled = schemaOf(load(withSchema('{ properties: { x.y: { type: string } } }')));
    expect(compiled?.source).toEqual({ properties: { 'x.y': { type: 'string' } } });
  });

  it.each([
    ['{ type: text }', /schema\/type must be equal to one of/],
    ['{ $schema: "http://example.com/x" }', /\$schema "http:\/\/example.com\/x" is not known/],
    ["'{'", /the text is not JSON \(line 1, column 2\)$/],
    ["'[]'", /the text must hold a JSON object/],
    ['[]', /must be a JSON Schema: a mapping, JSON text, or {\$file: path}/],
    ['7', /must be a JSON Schema/],
    ['{ $file: none.json, type: object }', /\$file must stand alone, without type/],
    ['{ $file: "" }', /\$file must be a path/],
    ['{ $file: none.json }', /\$file none.json cannot be read \(ENOENT\)/],
    ['{ $file: broken.json }', /\$file broken.json is not JSON \(line 1, column 2\)$/],
    ['{ $file: 7 }', /\$file must be a path/],
  ])('is refused if it is %s, naming the instance and the level', (schema, reason) => {
    const [fault, ...more] = faultsOf(() => load(withSchema(schema), {}, { 'broken.json': '{' }));
    expect(fault).toMatch(/^kaa\.service-instances\.a\.appConfigurationSchema: /);
    expect(fault).toMatch(reason);
    expect(more).toEqual([]);
  });

  it('is refused for each instance and level at once', () => {
    const yaml = `
      kaa.service-instances:
        a: { serviceName: A, serviceGroup: G, appConfigurationSchema: { type: 1 } }
        b: { serviceName: B, serviceGroup: G, appConfigurationSchema: { type: 1 }, tenantConfigurationSchema: '' }`;
    expect(faultsOf(() => load(yaml)).map((fault) => fault.split(':')[0])).toEqual([
      'kaa.service-instances.a.appConfigurationSchema',
      'kaa.service-instances.b.appConfigurationSchema',
      'kaa.service-instances.b.tenantConfigurationSchema',
    ]);
  });
});

it('compiles no two schemas in one step', () => {
  const instances = ['a', 'b', 'c'].map(
    (name) =>
      `${name}: {serviceName: S, serviceGroup: G, appConfigurationSchema: {title: ${name}}, tenantConfigurationSchema: {}}`,
  );
  const folder = folderWith({ 'a.yml': `kaa.service-instances: {${instances.join(', ')}}` });
  const environment = {
    TEKTON_CONFIG_FILE: `${folder}/a.yml`,
    DATABASE_URL: 'postgres://localhost/tekton',
    KAA_SECURITY_ENABLED: 'false',
  };
  let compiled = 0;
  const compile = (source: Record<string, unknown>) => {
    compiled++;
    return compileSchema(source);
  };
  const compiledAfterSteps: number[] = [];
  for (const _ of settingsSteps(environment, { files: new ReadFiles(), compile })) {
    compiledAfterSteps.push(compiled);
  }
  expect([compiledAfterSteps, compiled]).toEqual([[0, 1, 2, 3, 4, 5], 6]);
});

it('takes the sample configuration', () => {
  const settings = loadSettings({
    TEKTON_CONFIG_FILE: fileURLToPath(new URL('../../config/service-config.yml', import.meta.url)),
    DATABASE_URL: 'postgres://localhost/tekton',
  });
  const instances = settings['kaa.service-instances'];
  expect(instances.map(({ name }) => name)).toContain('epts');
  expect(instances.flatMap(({ schemas }) => Object.keys(schemas)).length).toBeGreaterThan(10);
});
