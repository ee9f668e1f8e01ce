import { basename } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { nodesOf, PACKAGE_FILES, SOURCE_FILES, SOURCE_PATHS } from './source-files.js';

/** They say nothing of what is in a file. */
const EMPTY_WORDS = ['utils', 'helpers', 'common', 'core', 'base', 'manager', 'impl'];
const LONGEST_FILE = 250;

const ALL_FILES = [...SOURCE_FILES, ...Object.values(PACKAGE_FILES).flat()];

describe('the source', () => {
  it(`has no file of more than ${LONGEST_FILE} lines`, () => {
    const long = ALL_FILES.map(({ path, text }) => ({
      path,
      lines: text.split('\n').length - 1,
    }))
      .filter(({ lines }) => lines > LONGEST_FILE)
      .map(({ path, lines }) => `${path} has ${lines}`);
    expect(long).toEqual([]);
  });

  it('has no file or folder named by an empty word', () => {
    const words = new RegExp(`(^|[.-])(${EMPTY_WORDS.join('|')})s?([.-]|$)`);
    const paths = [...SOURCE_PATHS, ...ALL_FILES.map(({ path }) => path)];
    expect(paths.filter((path) => words.test(basename(path)))).toEqual([]);
  });

  it('names files in kebab case', () => {
    const name = /^([a-z0-9]+-)*[a-z0-9]+(\.[a-z]+)*\.ts$/;
    expect(ALL_FILES.filter(({ path }) => !name.test(basename(path)))).toEqual([]);
  });

  it('has no barrel', () => {
    const reexports = ALL_FILES.filter(({ tree }) =>
      nodesOf(tree, ts.isExportDeclaration).some(({ exportClause }) => !exportClause),
    );
    expect(reexports.map(({ path }) => path)).toEqual([]);
    expect(SOURCE_PATHS.filter((path) => basename(path) === 'index.ts')).toEqual([]);
  });

  it.each(['forwardRef', 'REQUEST', 'Scope.REQUEST', 'Scope.TRANSIENT'])(
    'has no %s of Nest: a circle, or a provider for each request',
    (name) => {
      const using = SOURCE_FILES.filter(({ tree }) => nestNames(tree).includes(name));
      expect(using.map(({ path }) => path)).toEqual([]);
    },
  );
});

/** What a file imports from Nest, and the members that it names of that. */
function nestNames(tree: ts.SourceFile): string[] {
  const imported = nodesOf(tree, ts.isImportDeclaration)
    .filter(({ moduleSpecifier }) => moduleSpecifier.getText().includes('@nestjs/'))
    .flatMap((declaration) => nodesOf(declaration, ts.isImportSpecifier))
    .map(({ name, propertyName }) => ({ local: name.text, exported: (propertyName ?? name).text }));
  const members = nodesOf(tree, ts.isPropertyAccessExpression).flatMap(({ expression, name }) =>
    imported
      .filter(({ local }) => local === expression.getText())
      .map(({ exported }) => `${exported}.${name.text}`),
  );
  return [...imported.map(({ exported }) => exported), ...members];
}
