import { execFileSync, spawn } from 'node:child_process';
import { truncateSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ReadFiles } from '../../src/settings/read-files.js';
import { loadSettings } from '../../src/settings/settings.js';
import { errorOf, faultsOf, folderWith, load } from './settings-files.js';

const NOT_REGULAR = 'cannot be read (it is not a regular file)';
const TOO_LARGE = 'cannot be read (it is larger than 16 MiB)';

const withSchemaIn = (path: string) =>
  `kaa.service-instances.a: {serviceName: A, serviceGroup: G, appConfigurationSchema: {$file: ${path}}}`;

/** A folder with a named pipe that nobody writes to, and a file that is too large. */
function oddFolder(): string {
  const folder = folderWith({ large: '' });
  execFileSync('mkfifo', [`${folder}/pipe`]);
  truncateSync(`${folder}/large`, 16 * 1024 * 1024 + 1);
  return folder;
}

it.each([
  ['pipe', NOT_REGULAR],
  ['/dev/zero', NOT_REGULAR],
  ['.', NOT_REGULAR],
  ['large', TOO_LARGE],
])('a schema in %s is refused', (name, reason) => {
  const path = name.startsWith('/') ? name : `${oddFolder()}/${name}`;
  expect(faultsOf(() => load(withSchemaIn(path)))).toEqual([
    `kaa.service-instances.a.appConfigurationSchema: $file ${path} ${reason}`,
  ]);
});

it.each([
  ['/dev/zero', NOT_REGULAR],
  ['.', NOT_REGULAR],
  ['large', TOO_LARGE],
])('a settings file, and a value, in %s are refused', (name, reason) => {
  const path = name.startsWith('/') ? name : `${oddFolder()}/${name}`;
  const [fault] = errorOf(() => loadSettings({ TEKTON_CONFIG_FILE: path })).faults;
  expect(fault).toBe(`the file ${reason}; TEKTON_CONFIG_FILE names another place`);
  expect(faultsOf(() => load('', { NATS_USER_FILE: path }))).toEqual([
    `NATS_USER_FILE: ${path} ${reason}`,
  ]);
});

it('no settings at all may be given as /dev/null', () => {
  const environment = { DATABASE_URL: 'postgres://db/t', KAA_SECURITY_ENABLED: 'false' };
  const settings = loadSettings({ TEKTON_CONFIG_FILE: '/dev/null', ...environment });
  expect(settings['kaa.service-instances']).toEqual([]);
});

it('a file of the largest size is read, and one that is empty', () => {
  const folder = folderWith({ large: '', empty: '' });
  truncateSync(`${folder}/large`, 16 * 1024 * 1024);
  const files = new ReadFiles();
  expect(files.read(`${folder}/large`)).toHaveLength(16 * 1024 * 1024);
  expect(files.read(`${folder}/empty`)).toBe('');
});

it('what a pipe gives is kept, and nothing waits for more', async () => {
  const path = `${oddFolder()}/pipe`;
  spawn('sh', ['-c', `echo text > ${path}`]);
  const files = new ReadFiles();
  expect(files.read(path, { mayBePipe: true })).toBe('text\n');
  expect(await files.areUnchanged()).toBe(true);
  const again = new ReadFiles(files);
  expect(again.read(path, { mayBePipe: true })).toBe('text\n');
  expect(await again.areUnchanged()).toBe(true);
  // A schema is not looked for in a pipe.
  expect(() => again.read(path)).toThrow('it is not a regular file');
});

it('a file that is replaced by a pipe has changed', async () => {
  const folder = folderWith({ a: 'text' });
  const files = new ReadFiles();
  files.read(`${folder}/a`, { mayBePipe: true });
  execFileSync('sh', ['-c', `rm ${folder}/a && mkfifo ${folder}/a`]);
  expect(await files.areUnchanged()).toBe(false);
  const again = new ReadFiles(files);
  expect(() => again.read(`${folder}/a`, { mayBePipe: true })).toThrow('not a regular file');
  expect(await again.areUnchanged()).toBe(true);
});
