import { chmodSync, mkdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { chooseDataFolder } from '../../src/local/data-folder.js';
import { findDatabaseUser } from '../../src/local/system-user.js';
import { temporaryFolder } from './temporary-folder.js';

const databaseUser = findDatabaseUser();

/** A project's folder; `reachable` is whether other users can get there. */
function project({ reachable }: { reachable: boolean }): string {
  const folder = temporaryFolder();
  chmodSync(folder, reachable ? 0o755 : 0o700);
  return folder;
}

test('the default is a folder of the project that only we can list or write to', () => {
  const projectRoot = project({ reachable: true });
  const folder = chooseDataFolder({ projectRoot, env: {}, databaseUser });
  expect(folder).toBe(join(projectRoot, '.tekton'));
  expect(statSync(folder).mode & 0o066).toBe(0);
});

test('TEKTON_DATA_DIR is taken, and made if it is missing', () => {
  const base = project({ reachable: true });
  const env = { TEKTON_DATA_DIR: join(base, 'some', 'data') };
  const folder = chooseDataFolder({ projectRoot: '/nowhere', env, databaseUser });
  expect(folder).toBe(env.TEKTON_DATA_DIR);
  expect(statSync(folder).isDirectory()).toBe(true);
});

/** A project in which PostgreSQL's user cannot have a folder. */
function unusableProject(): string {
  const folder = project({ reachable: false });
  // As root it is private already; as ourselves we must not be able to make anything in it.
  if (databaseUser === undefined) chmodSync(folder, 0o500);
  return folder;
}

test("a folder elsewhere is taken where the project's cannot be used", () => {
  const elsewhere = project({ reachable: true });
  const options = { projectRoot: unusableProject(), env: {}, databaseUser, elsewhere };
  const folder = chooseDataFolder(options);
  expect(dirname(folder)).toBe(elsewhere);
  expect(basename(folder)).toMatch(/^tekton-[0-9a-f]{16}$/);
  expect(chooseDataFolder(options)).toBe(folder);
});

test('a folder that others may write to is refused', () => {
  const TEKTON_DATA_DIR = join(project({ reachable: true }), 'data');
  mkdirSync(TEKTON_DATA_DIR);
  chmodSync(TEKTON_DATA_DIR, 0o777);
  expect(() =>
    chooseDataFolder({ projectRoot: '/nowhere', env: { TEKTON_DATA_DIR }, databaseUser }),
  ).toThrow(`Others may write to ${TEKTON_DATA_DIR}. Run \`chmod go-w`);
});

test('a symbolic link that somebody put in our place elsewhere is refused', () => {
  const elsewhere = project({ reachable: true });
  const options = { projectRoot: unusableProject(), env: {}, databaseUser, elsewhere };
  const folder = chooseDataFolder(options);
  rmSync(folder, { recursive: true });
  symlinkSync(project({ reachable: true }), folder);
  expect(() => chooseDataFolder(options)).toThrow(`${folder} is not a folder`);
});
