import { describe, expect, it } from 'vitest';
import { environmentName, OPTIONS } from '../../src/settings/options.js';
import { faultsOf, folderWith, load } from './settings-files.js';

describe('an environment variable', () => {
  it('sets an option by its path in upper case', () => {
    const settings = load('', {
      SERVICE_INSTANCE_REPLICA_ID: 'r1',
      HTTP_URL_PREFIX: '/cm',
      KAA_TEKTON_APP_NAMES_AUTO_GENERATION_ENABLED: 'true',
      NATS_URLS: 'nats://a:1,nats://b:2',
    });
    expect(settings).toMatchObject({
      'service.instance.replica.id': 'r1',
      'http.url-prefix': '/cm',
      'kaa.tekton.app-names.auto-generation.enabled': true,
      'nats.urls': ['nats://a:1', 'nats://b:2'],
    });
  });

  it('sets an option by its short name', () => {
    const settings = load('', {
      DATABASE_URL: 'postgres://a/b',
      NATS_URL: 'nats://a:1',
      PORT: '0',
      MANAGEMENT_PORT: '1',
      LOG_LEVEL: 'debug',
    });
    expect(settings).toMatchObject({
      'database.url': 'postgres://a/b',
      'nats.urls': ['nats://a:1'],
      'http.port': 0,
      'management.port': 1,
      'logging.level': 'debug',
    });
  });

  it('wins over the file', () => {
    expect(load('http.port: 1', { PORT: '2' })['http.port']).toBe(2);
    expect(load('http.port: 1', { HTTP_PORT: '3' })['http.port']).toBe(3);
  });

  it('that is made of the whole path wins over the short one', () => {
    expect(load('', { PORT: '2', HTTP_PORT: '3' })['http.port']).toBe(3);
  });

  it('that is empty counts as not set', () => {
    expect(load('http.port: 1', { PORT: '', HTTP_PORT: '' })['http.port']).toBe(1);
  });

  it('that is faulty is told by its own name', () => {
    expect(faultsOf(() => load('', { PORT: 'http' }))).toEqual([
      'PORT: must be a whole number from 0 to 65535, not "http"',
    ]);
    expect(faultsOf(() => load('', { HTTP_PORT: '-1' }))).toEqual([
      'HTTP_PORT: must be a whole number from 0 to 65535, not "-1"',
    ]);
  });

  it('cannot define service instances', () => {
    expect(faultsOf(() => load('', { KAA_SERVICE_INSTANCES: '{}' }))).toEqual([
      'KAA_SERVICE_INSTANCES: is no variable; kaa.service-instances stands in the file only',
    ]);
  });

  it('belongs to one option only', () => {
    const names = Object.entries(OPTIONS).flatMap(
      ([path, { shortNames = [] }]: [string, { shortNames?: readonly string[] }]) => [
        ...new Set([environmentName(path), ...shortNames]),
      ],
    );
    expect(names.flatMap((name) => [name, `${name}_FILE`])).toHaveLength(
      new Set(names.flatMap((name) => [name, `${name}_FILE`])).size,
    );
  });
});

describe('a variable that ends in _FILE', () => {
  it('names a file that holds the value, the line end aside', () => {
    const folder = folderWith({ url: 'postgres://u:p@db/t\n', port: '7\r\n' });
    const settings = load('', {
      DATABASE_URL: '',
      DATABASE_URL_FILE: `${folder}/url`,
      HTTP_PORT_FILE: `${folder}/port`,
    });
    expect(settings['database.url']).toBe('postgres://u:p@db/t');
    expect(settings['http.port']).toBe(7);
  });

  it('leaves spaces at the end of the value, which may be part of a password', () => {
    const folder = folderWith({ password: '\ufeffsecret \n' });
    const { 'nats.password': password } = load('nats.user: u', {
      NATS_PASSWORD_FILE: `${folder}/password`,
    });
    expect(password).toBe('secret ');
  });

  it('is a fault beside the variable itself', () => {
    const folder = folderWith({ url: 'postgres://other/db' });
    expect(faultsOf(() => load('', { DATABASE_URL_FILE: `${folder}/url` }))).toEqual([
      'DATABASE_URL: is given twice, itself and by DATABASE_URL_FILE; keep one',
    ]);
  });

  it('is told if the file cannot be read', () => {
    expect(faultsOf(() => load('', { NATS_USER_FILE: '/none/user' }))).toEqual([
      'NATS_USER_FILE: /none/user cannot be read (ENOENT)',
    ]);
  });

  it('is told if the file holds nothing that the option takes', () => {
    const folder = folderWith({ port: 'http' });
    expect(faultsOf(() => load('', { PORT_FILE: `${folder}/port` }))).toEqual([
      'PORT_FILE: must be a whole number from 0 to 65535',
    ]);
  });
});

describe('where Tekton listens', () => {
  it('is this machine alone while security is off', () => {
    expect(load('')).toMatchObject({
      'http.host': '127.0.0.1',
      'management.host': '127.0.0.1',
    });
  });

  it('is the same for the management interface unless that has its own', () => {
    expect(load('http.host: 10.0.0.1')['management.host']).toBe('10.0.0.1');
    expect(load('management.host: 10.0.0.2')).toMatchObject({
      'http.host': '127.0.0.1',
      'management.host': '10.0.0.2',
    });
  });
});
