import { describe, expect, it } from 'vitest';
import { PACKAGE_FILES, SOURCE_FILES, type SourceFile } from './source-files.js';

/** Reading order: a module imports only from those above it. */
const RANKS: readonly (readonly string[])[] = [
  ['errors', 'logging', 'retry'],
  ['json', 'oauth'],
  ['settings'],
  ['database', 'nats', 'rest'],
  ['outbox', 'tenancy'],
  ['auth'],
  ['instances', 'applications', 'uma'],
  ['configurations', 'scmp'],
  ['bulk', 'changes', 'management'],
  // Files directly in `src`.
  [''],
  ['local'],
];

const moduleOf = (path: string) => (path.includes('/') ? (path.split('/')[0] ?? '') : '');
const rankOf = (path: string) => RANKS.findIndex((modules) => modules.includes(moduleOf(path)));

const imports = SOURCE_FILES.flatMap(({ path, imports }) =>
  imports.map((imported) => ({ path, imported })),
);

describe('modules', () => {
  it('all have a rank', () => {
    const unranked = SOURCE_FILES.filter(({ path }) => rankOf(path) < 0).map(({ path }) => path);
    expect(unranked).toEqual([]);
  });

  it('import from lower ranks only', () => {
    const upward = imports
      .filter(({ path, imported }) => moduleOf(path) !== moduleOf(imported))
      .filter(({ path, imported }) => rankOf(imported) >= rankOf(path))
      .map(({ path, imported }) => `${path} imports ${imported}`);
    expect(upward).toEqual([]);
  });
});

describe('files', () => {
  it('are found with what they import', () => {
    const paths = new Set(SOURCE_FILES.map(({ path }) => path));
    expect(imports.filter(({ imported }) => !paths.has(imported))).toEqual([]);
    expect(imports).toContainEqual({ path: 'main.ts', imported: 'start-tekton.ts' });
  });

  // Also types: what two files know of each other belongs into a third.
  it('never import each other in a circle', () => {
    expect(circles(SOURCE_FILES)).toEqual([]);
    expect(Object.values(PACKAGE_FILES).flatMap(circles)).toEqual([]);
  });
});

/** Each circle of imports once, as the path along it. */
function circles(files: readonly SourceFile[]): string[] {
  const importsOf = new Map(files.map(({ path, imports }) => [path, imports]));
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, trail: readonly string[]) => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      found.push([...trail.slice(start), path].join(' > '));
    } else if (!done.has(path)) {
      for (const imported of importsOf.get(path) ?? []) walk(imported, [...trail, path]);
      done.add(path);
    }
  };
  for (const path of importsOf.keys()) walk(path, []);
  return found;
}
