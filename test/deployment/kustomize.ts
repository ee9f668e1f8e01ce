import { posix } from 'node:path';
import { documentOf, documentsOf, textOf } from './repository-files.js';

/** An object of Kubernetes, as far as it matters here. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  data?: Record<string, string>;
  spec?: unknown;
}

interface Kustomization {
  namespace?: string;
  resources?: string[];
  components?: string[];
  images?: { name: string; newName: string; newTag: string }[];
  replicas?: { name: string; count: number }[];
  generatorOptions?: { disableNameSuffixHash: boolean; labels: Record<string, string> };
  configMapGenerator?: { name: string; files: string[] }[];
  secretGenerator?: { name: string; literals: string[] }[];
  patches?: { path: string; target: { kind: string; name: string } }[];
}

const KNOWN_FIELDS = new Set([
  ...['apiVersion', 'kind', 'namespace', 'resources', 'components', 'images', 'replicas'],
  ...['generatorOptions', 'configMapGenerator', 'secretGenerator', 'patches'],
]);

/**
 * What `kubectl kustomize <folder>` makes, for the few means that the manifests here use: there is no
 * kustomize that a test could get everywhere. What it does not know is an error, never passed over.
 */
export function buildKustomization(folder: string): Manifest[] {
  const path = posix.join(folder, 'kustomization.yaml');
  const kustomization = documentOf(path) as Kustomization;
  const unknown = Object.keys(kustomization).filter((field) => !KNOWN_FIELDS.has(field));
  if (unknown.length > 0) throw new Error(`${path}: ${unknown.join(', ')} is not known here`);
  const manifests = [
    ...[...(kustomization.resources ?? []), ...(kustomization.components ?? [])].flatMap(
      (resource) => readResource(posix.join(folder, resource)),
    ),
    ...generated(kustomization, folder),
  ];
  for (const patch of kustomization.patches ?? []) applyPatch(patch, folder, manifests);
  for (const { name, count } of kustomization.replicas ?? []) {
    Object.assign(the(manifests, 'Deployment', name).spec as object, { replicas: count });
  }
  for (const image of kustomization.images ?? []) renameImage(manifests, image);
  const { namespace } = kustomization;
  for (const { kind, metadata } of manifests) {
    if (namespace !== undefined && kind !== 'Namespace') metadata.namespace = namespace;
  }
  return manifests;
}

/** The one object of a kind and a name. */
export function the(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.filter((one) => one.kind === kind && one.metadata.name === name);
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} of ${kind} ${name}`);
  return found[0];
}

function readResource(path: string): Manifest[] {
  return path.endsWith('.yaml') ? (documentsOf(path) as Manifest[]) : buildKustomization(path);
}

function generated(kustomization: Kustomization, folder: string): Manifest[] {
  const { configMapGenerator = [], secretGenerator = [], generatorOptions } = kustomization;
  if (configMapGenerator.length + secretGenerator.length === 0) return [];
  if (generatorOptions?.disableNameSuffixHash !== true) {
    throw new Error(`${folder}: a changed name would keep changes from running pods`);
  }
  const { labels } = generatorOptions;
  const configMaps = configMapGenerator.map(({ name, files }) => ({
    kind: 'ConfigMap',
    metadata: { name, labels: { ...labels } },
    data: Object.fromEntries(
      files.map((file) => [posix.basename(file), textOf(posix.join(folder, file))]),
    ),
  }));
  const secrets = secretGenerator.map(({ name, literals }) => ({
    kind: 'Secret',
    type: 'Opaque',
    metadata: { name, labels: { ...labels } },
    data: Object.fromEntries(literals.map(encodedLiteral)),
  }));
  return [...configMaps, ...secrets].map((manifest) => ({ apiVersion: 'v1', ...manifest }));
}

function encodedLiteral(literal: string): [string, string] {
  const [key = '', ...value] = literal.split('=');
  return [key, Buffer.from(value.join('=')).toString('base64')];
}

/** JSON Patch (RFC 6902), adding to the end of a list only. */
function applyPatch(
  { path, target }: { path: string; target: { kind: string; name: string } },
  folder: string,
  manifests: readonly Manifest[],
): void {
  const manifest = the(manifests, target.kind, target.name.replace(/^\^(.*)\$$/, '$1'));
  const place = posix.join(folder, path);
  for (const { op, path: pointer, value } of documentOf(place) as {
    op: string;
    path: string;
    value: unknown;
  }[]) {
    if (op !== 'add' || !pointer.endsWith('/-')) throw new Error(`${place}: ${op} ${pointer}`);
    const list = pointer
      .split('/')
      .slice(1, -1)
      .reduce<unknown>((parent, key) => (parent as Record<string, unknown>)[key], manifest);
    if (!Array.isArray(list)) throw new Error(`${place}: there is no list at ${pointer}`);
    list.push(value);
  }
}

function renameImage(
  manifests: readonly Manifest[],
  { name, newName, newTag }: { name: string; newName: string; newTag: string },
): void {
  for (const container of manifests.flatMap(containersOf)) {
    if (container.image === name) container.image = `${newName}:${newTag}`;
  }
}

/** A container, as far as it matters here. */
export interface Container {
  name: string;
  image: string;
  ports?: { name: string; containerPort: number }[];
  env?: { name: string; value?: string }[];
  volumeMounts?: { name: string; mountPath: string; subPath?: string; readOnly?: boolean }[];
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  lifecycle?: { preStop: { sleep: { seconds: number } } };
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  securityContext?: Record<string, unknown>;
}

export interface Probe {
  httpGet?: { path: string; port: string };
  timeoutSeconds: number;
}

export interface PodSpec {
  containers: Container[];
  serviceAccountName?: string;
  automountServiceAccountToken?: boolean;
  terminationGracePeriodSeconds?: number;
  securityContext?: Record<string, unknown>;
  volumes?: { name: string; configMap?: { name: string }; secret?: { secretName: string } }[];
}

/** What an object that makes pods makes them like. */
export function podOf(
  manifest: Manifest,
): { metadata: { labels: Record<string, string> }; spec: PodSpec } | undefined {
  const { template } = (manifest.spec ?? {}) as { template?: ReturnType<typeof podOf> };
  return template;
}

function containersOf(manifest: Manifest): Container[] {
  return podOf(manifest)?.spec.containers ?? [];
}
