import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

/** The place of a file of the repository. */
export function placeOf(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

export function textOf(path: string): string {
  return readFileSync(placeOf(path), 'utf8');
}

/** The documents of a YAML file; in YAML 1.1, as Kubernetes, Compose and Prometheus read it. */
export function documentsOf(path: string): unknown[] {
  return parseAllDocuments(textOf(path), { version: '1.1', merge: true, uniqueKeys: true }).map(
    (document) => {
      const [error] = document.errors;
      if (error) throw new Error(`${path}: ${error.message}`);
      return document.toJS() as unknown;
    },
  );
}

/** The one document of a YAML file. */
export function documentOf(path: string): unknown {
  const [document, ...others] = documentsOf(path);
  if (document === undefined || others.length > 0) throw new Error(`${path}: not one document`);
  return document;
}
