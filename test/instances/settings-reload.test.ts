import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Gauge } from 'prom-client';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Catalogue } from '../../src/instances/catalogue.js';
import { ReloadMetrics } from '../../src/instances/reload-metrics.js';
import { SettingsReload } from '../../src/instances/settings-reload.js';
import { ReadFiles } from '../../src/settings/read-files.js';
import { loadSettings } from '../../src/settings/settings.js';
import { LogLines } from '../support/log-lines.js';
import { SettingsFolder } from './settings-folder.js';

/** A reload whose rounds come when a test says so. */
class ReloadByHand extends SettingsReload {
  round(): Promise<number> {
    return this.run();
  }
}

let folder: SettingsFolder;
let environment: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = new SettingsFolder();
  environment = {
    TEKTON_CONFIG_FILE: folder.file,
    DATABASE_URL: 'postgres://u:hunter2@db/t',
    KAA_SECURITY_ENABLED: 'false',
    KAA_TEKTON_RELOAD_INTERVAL: '7',
  };
  onTestFinished(() => {
    folder.remove();
  });
});

const yaml = (instances: Record<string, object>, options: object = {}) =>
  JSON.stringify({ ...options, 'kaa.service-instances': instances });
const A = { serviceName: 'A', serviceGroup: 'G' };

function start() {
  const settings = loadSettings(environment);
  const catalogue = new Catalogue(settings);
  const registers: [] = [];
  const metrics = new ReloadMetrics(
    new Gauge({ name: 'refused', help: '-', registers }),
    new Counter({ name: 'reloads', help: '-', labelNames: ['result'], registers }),
    new Gauge({ name: 'unapplied', help: '-', registers }),
  );
  const log = new LogLines();
  const reload = new ReloadByHand(catalogue, metrics, settings, log.logger);
  return { catalogue, metrics, log, reload };
}

const valueOf = async (metric: Gauge | Counter, result?: string) =>
  (await metric.get()).values.find(({ labels }) => labels.result === result)?.value;
const linesOf = ({ text }: LogLines) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a file that changes', () => {
  it('is told as what was added, removed and changed, in which fields', async () => {
    const tenantConfigurationSchema = { type: 'object', title: 'Tenants' };
    folder.write(yaml({ a: A, b: A, c: { ...A, tenantConfigurationSchema }, d: A, e: A }));
    const { catalogue, metrics, log, reload } = start();
    const [, , , d, e] = catalogue.list();
    folder.write(
      yaml({
        e: A,
        d: A,
        new: A,
        a: { ...A, description: 'Text', appConfigurationSchema: { type: 'object' } },
        c: { ...A, serviceName: 'C' },
      }),
    );
    expect(await reload.round()).toBe(7000);
    expect(catalogue.names()).toEqual(['e', 'd', 'new', 'a', 'c']);
    expect(catalogue.find('e')).toEqual(e);
    expect(catalogue.find('d')).toEqual(d);
    expect(linesOf(log)).toMatchObject([
      {
        level: 30,
        file: folder.file,
        added: ['new'],
        removed: ['b'],
        changed: {
          a: ['description', 'appConfigurationSchema'],
          c: ['serviceName', 'tenantConfigurationSchema'],
        },
        msg: 'The service instances of the settings file were taken over: 1 added, 1 removed, 2 changed, in another order',
      },
    ]);
    expect(await valueOf(metrics.reloads, 'applied')).toBe(1);
  });

  it('keeps the compiled schemas that stay as they are', async () => {
    const schema = { type: 'object', properties: { x: { type: 'integer' } } };
    folder.write(yaml({ a: { ...A, appConfigurationSchema: schema } }));
    const { catalogue, reload } = start();
    const before = catalogue.require('a').schemas.appConfigurationSchema;
    folder.write(yaml({ b: A, a: { ...A, urlPrefix: '/a', appConfigurationSchema: schema } }));
    await reload.round();
    expect(catalogue.require('a').urlPrefix).toBe('/a');
    expect(catalogue.require('a').schemas.appConfigurationSchema).toBe(before);
  });

  it('leaves what was taken of it before as it is', async () => {
    folder.write(yaml({ a: A, b: A }));
    const { catalogue, reload } = start();
    const snapshot = catalogue.snapshot();
    folder.write(yaml({ a: { ...A, description: 'New' } }));
    await reload.round();
    expect(catalogue.names()).toEqual(['a']);
    expect(snapshot.names()).toEqual(['a', 'b']);
    expect(snapshot.require('a').description).toBeUndefined();
  });

  it('without any difference says nothing', async () => {
    folder.write(yaml({ a: A }));
    const { metrics, log, reload } = start();
    await reload.round();
    folder.rename(`# a comment\n${yaml({ a: A })}`);
    await reload.round();
    expect(log.text).toBe('');
    expect(await valueOf(metrics.reloads, 'applied')).toBe(0);
  });

  it('is not taken while it is written', async () => {
    folder.write(yaml({ a: A, b: A }));
    const { catalogue, log, reload } = start();
    // Valid as it is, and not all yet.
    folder.write(yaml({ a: A }));
    const look = reload.round();
    await sleep(50);
    folder.write(yaml({ a: A, b: A, c: A }));
    await look;
    await reload.round();
    expect(catalogue.names()).toEqual(['a', 'b', 'c']);
    expect(linesOf(log)).toMatchObject([{ added: ['c'], removed: [] }]);
  });
});

describe('what is not a file', () => {
  it('gave a variable its value at the start, and is not asked again', async () => {
    folder.write(yaml({ a: A }));
    const DATABASE_URL_FILE = folder.pipe('url');
    spawn('sh', ['-c', `echo postgres://u:hunter2@db/t > ${DATABASE_URL_FILE}`]);
    environment = { ...environment, DATABASE_URL: '', DATABASE_URL_FILE };
    const { catalogue, metrics, reload } = start();
    for (const name of ['b', 'c']) {
      folder.write(yaml({ [name]: A }));
      await reload.round();
      expect(reload.warning).toBeUndefined();
      expect(catalogue.names()).toEqual([name]);
    }
    expect(await valueOf(metrics.unapplied)).toBe(0);
  });

  it('is refused as long as it stands in place of the settings file, and told once', async () => {
    folder.write(yaml({ a: A }));
    const { catalogue, log, reload } = start();
    folder.pipe();
    for (let times = 0; times < 3; times++) await reload.round();
    expect(reload.warning).toContain('cannot be read (it is not a regular file)');
    expect(linesOf(log)).toHaveLength(1);
    folder.rename(yaml({ b: A }));
    await reload.round();
    expect(catalogue.names()).toEqual(['b']);
  });
});

it('other work has its turn between the schemas of a file', async () => {
  folder.write(yaml({}));
  const { catalogue, reload } = start();
  const read = vi.spyOn(ReadFiles.prototype, 'read');
  const readByTurns = new Set<number>();
  let isOver = false;
  const look = () => {
    readByTurns.add(read.mock.calls.length);
    if (!isOver) setImmediate(look);
  };
  onTestFinished(() => {
    isOver = true;
    read.mockRestore();
  });
  for (const name of ['a', 'b', 'c']) folder.write(`{"title": "${name}"}`, `${name}.json`);
  const withSchema = (name: string) => ({
    ...A,
    appConfigurationSchema: { $file: `${name}.json` },
  });
  folder.write(yaml({ a: withSchema('a'), b: withSchema('b'), c: withSchema('c') }));
  look();
  await reload.round();
  expect(catalogue.names()).toEqual(['a', 'b', 'c']);
  // Nothing, the settings file itself, and then each schema.
  expect([...readByTurns]).toEqual([0, 1, 2, 3, 4]);
});

describe('a file that is faulty', () => {
  it('is refused with every fault, told once, until it is mended', async () => {
    folder.write(yaml({ a: A }));
    const { catalogue, metrics, log, reload } = start();
    expect(reload.warning).toBeUndefined();
    folder.write(yaml({ b: A, c: { serviceName: 'C' } }, { http: { port: 'none' } }));
    for (let times = 0; times < 3; times++) expect(await reload.round()).toBe(7000);
    expect(catalogue.names()).toEqual(['a']);
    const faults = [
      'http.port: must be a whole number from 0 to 65535, not "none"',
      'kaa.service-instances.c.serviceGroup: is required',
    ];
    expect(linesOf(log)).toMatchObject([{ level: 50, faults }]);
    expect(reload.warning).toBe(
      `The settings file ${folder.file} is refused, and the service instances stay as they were: ${faults.join('; ')}`,
    );
    expect(await valueOf(metrics.refused)).toBe(1);
    expect(await valueOf(metrics.reloads, 'refused')).toBe(1);

    folder.write(yaml({ a: A }));
    await reload.round();
    expect(linesOf(log)).toMatchObject([
      {},
      { level: 30, msg: 'The settings file is sound again' },
    ]);
    expect(reload.warning).toBeUndefined();
    expect(await valueOf(metrics.refused)).toBe(0);
    expect(await valueOf(metrics.reloads, 'applied')).toBe(0);
  });

  it.each([
    [
      'is empty',
      () => {
        folder.write('');
      },
      'the file is empty',
    ],
    [
      'is gone',
      () => {
        folder.removeFile();
      },
      'the file cannot be read (ENOENT)',
    ],
    [
      'is no YAML',
      () => {
        folder.write('kaa: [');
      },
      'at line 1',
    ],
    [
      'names a schema file that is gone',
      () => {
        folder.write(yaml({ a: { ...A, appConfigurationSchema: { $file: 'a.json' } } }));
      },
      'kaa.service-instances.a.appConfigurationSchema: $file a.json cannot be read (ENOENT)',
    ],
  ])('as it %s changes nothing', async (_, spoil, fault) => {
    folder.write(yaml({ a: A }));
    const { catalogue, reload } = start();
    spoil();
    await reload.round();
    expect(reload.warning).toContain(fault);
    expect(catalogue.names()).toEqual(['a']);
    // The file that it lacks may come late.
    folder.write('{ "type": "object" }', 'a.json');
    if (fault.includes('$file')) {
      await reload.round();
      expect(reload.warning).toBeUndefined();
      expect(catalogue.require('a').schemas.appConfigurationSchema).toBeDefined();
    }
  });

  it('may lose all its instances if it says so', async () => {
    folder.write(yaml({ a: A }));
    const { catalogue, reload } = start();
    folder.write(yaml({}));
    await reload.round();
    expect(catalogue.names()).toEqual([]);
    expect(reload.warning).toBeUndefined();
  });
});

describe('other options that change', () => {
  it('are told by their names, once, and count at the next start', async () => {
    folder.write(yaml({ a: A }));
    const { metrics, log, reload } = start();
    const options = { nats: { user: 'u', password: 'hunter3' }, http: { port: 9000 } };
    folder.write(yaml({ a: A }, options));
    await reload.round();
    folder.write(`# again\n${yaml({ a: A }, options)}`);
    await reload.round();
    expect(linesOf(log)).toMatchObject([
      { level: 40, options: ['http.port', 'nats.user', 'nats.password'] },
    ]);
    expect(log.text).not.toContain('hunter');
    expect(await valueOf(metrics.unapplied)).toBe(3);
    folder.write(yaml({ a: A }));
    await reload.round();
    expect(await valueOf(metrics.unapplied)).toBe(0);
    expect(linesOf(log)).toMatchObject([{}, { level: 30 }]);
  });

  it('are also those of which a file with a secret is replaced', async () => {
    folder.write(yaml({ a: A }));
    folder.write('postgres://u:hunter2@db/t\n', 'url');
    const DATABASE_URL_FILE = folder.file.replace('service-config.yml', 'url');
    environment = { ...environment, DATABASE_URL: '', DATABASE_URL_FILE };
    const { log, reload } = start();
    folder.rename('postgres://u:hunter3@db/t\n', 'url');
    await reload.round();
    expect(linesOf(log)).toMatchObject([{ options: ['database.url'] }]);
    expect(log.text).not.toContain('hunter');
  });
});
