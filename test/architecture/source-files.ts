import { readdirSync, readFileSync } from 'node:fs';
import { join, normalize, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export interface SourceFile {
  /** Within its folder of sources, such as `rest/parameter.ts`. */
  path: string;
  text: string;
  tree: ts.SourceFile;
  /** Files of that folder that it imports, types and dynamic imports included. */
  imports: string[];
}

/** All files of `src`, read and parsed. */
export const SOURCE_FILES = readSources('src');

/** Those of the packages beside, by their folders. */
export const PACKAGE_FILES: Readonly<Record<string, readonly SourceFile[]>> = {
  'client/src': readSources('client/src'),
  'cli/src': readSources('cli/src'),
  'examples/replica/src': readSources('examples/replica/src'),
};

function readSources(folder: string): readonly SourceFile[] {
  const root = fileURLToPath(new URL(`../../${folder}/`, import.meta.url));
  return readdirSync(root, { recursive: true })
    .map((path) => normalize(String(path)).replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
      return { path, text, tree, imports: importsOf(path, tree) };
    });
}

/** Folders and files of `src`. */
export const SOURCE_PATHS: readonly string[] = [
  ...new Set(
    SOURCE_FILES.flatMap(({ path }) => {
      const parts = path.split('/');
      return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
    }),
  ),
];

/** Every node of a file that `wanted` takes. */
export function nodesOf<Node extends ts.Node>(
  tree: ts.Node,
  wanted: (node: ts.Node) => node is Node,
): Node[] {
  const found: Node[] = [];
  const visit = (node: ts.Node) => {
    if (wanted(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function importsOf(path: string, tree: ts.SourceFile): string[] {
  return nodesOf(tree, ts.isStringLiteral)
    .filter(isModuleName)
    .map(({ text }) => text)
    .filter((name) => name.startsWith('.'))
    .map((name) => posix.join(posix.dirname(path), name).replace(/\.js$/, '.ts'))
    .filter((imported) => !imported.startsWith('..'));
}

function isModuleName({ parent }: ts.StringLiteral): boolean {
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent)) return true;
  if (ts.isLiteralTypeNode(parent)) return ts.isImportTypeNode(parent.parent);
  return ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword;
}
