import { posix } from 'node:path';
import { folderWith } from '../settings/settings-files.js';
import { TestAuthority } from '../support/test-certificates.js';
import { the, type Manifest, type PodSpec } from './kustomize.js';

const SETTINGS_FOLDER = '/srv/tekton';
const SECRETS_FOLDER = '/run/secrets/tekton';

/** What an operator would put into the Secret, where the manifests do not bring one. */
const SAMPLE_SECRETS: Readonly<Record<string, () => string>> = {
  'database-url': () => 'postgres://tekton:password@postgresql.example.com:5432/tekton',
  'database-ca.crt': () => new TestAuthority().cert,
  'nats-ca.crt': () => new TestAuthority().cert,
  'nats.creds': () =>
    '-----BEGIN NATS USER JWT-----\neyJ\n------END NATS USER JWT------\n' +
    '-----BEGIN USER NKEY SEED-----\nSUA\n------END USER NKEY SEED------\n',
  'tenant-manager-client-secret': () => 'secret',
};

/** The environment of Tekton in a pod, with the folders that are mounted into it copied to here. */
export function settingsOfPod(
  manifests: readonly Manifest[],
  { containers: [tekton] }: PodSpec,
): Record<string, string> {
  const settings = folderWith(the(manifests, 'ConfigMap', 'tekton').data ?? {});
  const secrets = folderWith(secretFiles(manifests));
  const variables = (tekton?.env ?? []).map(({ name, value = 'of-the-pod' }) => [
    name,
    value.replace(SECRETS_FOLDER, secrets),
  ]);
  return {
    TEKTON_CONFIG_FILE: posix.join(settings, 'service-config.yml'),
    ...(Object.fromEntries(variables) as Record<string, string>),
  };
}

/** The names of the files of the Secret that Tekton in a pod is told to read. */
export function secretsOfPod({ containers: [tekton], volumes }: PodSpec): string[] {
  const isMounted = (volumes ?? []).some(({ secret }) => secret?.secretName === 'tekton');
  const mount = tekton?.volumeMounts?.find(({ mountPath }) => mountPath === SECRETS_FOLDER);
  if (!isMounted || !mount) throw new Error('The Secret is not mounted');
  return (tekton?.env ?? [])
    .map(({ value = '' }) => value)
    .filter((value) => posix.dirname(value) === SECRETS_FOLDER)
    .map((value) => posix.basename(value));
}

export const SETTINGS_MOUNT = { mountPath: SETTINGS_FOLDER, readOnly: true };

function secretFiles(manifests: readonly Manifest[]): Record<string, string> {
  const isBrought = manifests.some(
    ({ kind, metadata }) => kind === 'Secret' && metadata.name === 'tekton',
  );
  const files = isBrought
    ? Object.entries(the(manifests, 'Secret', 'tekton').data ?? {}).map(([name, value]) => [
        name,
        Buffer.from(value, 'base64').toString(),
      ])
    : Object.entries(SAMPLE_SECRETS).map(([name, make]) => [name, make()]);
  return Object.fromEntries(files) as Record<string, string>;
}
