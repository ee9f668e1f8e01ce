import ts from 'typescript';
import type { Manifest } from './kustomize.js';
import { placeOf } from './repository-files.js';

/** Not there: the compiler is told what is in it. A CommonJS module, as the types are written for. */
const FILE = placeOf('test/deployment/manifests.cts');

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  // The types of Kubernetes need no more.
  lib: ['lib.es5.d.ts'],
  types: [],
};

/**
 * Holds manifests against the types of the Kubernetes API: a field that there is not, one that is
 * missing, and a value of the wrong type are faults. The compiler is what knows the types; JSON is
 * TypeScript.
 */
export function typeFaults(manifests: readonly Manifest[]): string[] {
  const source = manifests
    .map((manifest, index) => {
      const { apiVersion, kind } = manifest;
      const module = apiVersion === 'v1' ? 'core/v1' : apiVersion.replace('.k8s.io/', '/');
      const type = `import('kubernetes-types/${module}').${kind}`;
      return `export const manifest${index}: ${type} = ${JSON.stringify(manifest)};\n`;
    })
    .join('');
  const host = ts.createCompilerHost(OPTIONS);
  const ofDisk = { ...host };
  host.fileExists = (path) => path === FILE || ofDisk.fileExists(path);
  host.readFile = (path) => (path === FILE ? source : ofDisk.readFile(path));
  host.getSourceFile = (path, version, ...rest) =>
    path === FILE
      ? ts.createSourceFile(path, source, version)
      : ofDisk.getSourceFile(path, version, ...rest);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([FILE], OPTIONS, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
