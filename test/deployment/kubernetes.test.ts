import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../src/settings/settings.js';
import { buildKustomization, podOf, the, type Manifest } from './kustomize.js';
import { typeFaults } from './manifest-types.js';
import { memoryFaults } from './memory.js';
import { SETTINGS_MOUNT, secretsOfPod, settingsOfPod } from './pod-settings.js';
import { textOf } from './repository-files.js';

const OVERLAYS = ['trial', 'production'] as const;
const NAMESPACES = { trial: 'tekton-trial', production: 'tekton' } as const;
const OPERATOR_API = 'monitoring.coreos.com/v1';
const SELECTOR = {
  'app.kubernetes.io/name': 'tekton',
  'app.kubernetes.io/component': 'server',
};

const built = Object.fromEntries(
  OVERLAYS.map((overlay) => [overlay, buildKustomization(`k8s/overlays/${overlay}`)]),
) as Record<(typeof OVERLAYS)[number], Manifest[]>;

it.each(OVERLAYS)('%s: is what the Kubernetes API takes', (overlay) => {
  const known = built[overlay].filter(({ apiVersion }) => apiVersion !== OPERATOR_API);
  expect(typeFaults(known)).toEqual([]);
});

it('a field that the Kubernetes API does not have is noticed', () => {
  const [account] = buildKustomization('k8s/base');
  expect(typeFaults([{ ...account, automountToken: false } as unknown as Manifest])).toEqual([
    expect.stringContaining('automountToken'),
  ]);
});

describe.each(OVERLAYS)('%s', (overlay) => {
  const manifests = built[overlay];
  const deployment = the(manifests, 'Deployment', 'tekton');
  const pod = podOf(deployment);
  if (!pod) throw new Error('The deployment has no pods');
  const [tekton, ...beside] = pod.spec.containers;
  if (!tekton) throw new Error('The pod has no container');

  it('every object has a name of its own, the common labels and the namespace', () => {
    const names = manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
    for (const { kind, metadata } of manifests) {
      const { labels = {}, namespace } = metadata;
      expect(labels['app.kubernetes.io/part-of']).toBe('kaa');
      expect(namespace).toBe(kind === 'Namespace' ? undefined : NAMESPACES[overlay]);
      if (kind !== 'Namespace') {
        expect(labels).toHaveProperty(['app.kubernetes.io/name']);
        expect(labels).toHaveProperty(['app.kubernetes.io/component']);
      }
    }
  });

  it('every pod runs without rights, on an image of an exact version', () => {
    for (const { spec } of manifests.flatMap((one) => podOf(one) ?? [])) {
      expect(spec.automountServiceAccountToken).toBe(false);
      expect(spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const { image, securityContext, resources } of spec.containers) {
        expect(image).toMatch(/:\d+\.\d+(\.\d+)?(-\w+)?$/);
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(resources?.requests).toMatchObject({
          cpu: expect.any(String) as string,
          memory: expect.any(String) as string,
        });
        expect(resources?.limits).toHaveProperty('memory');
      }
    }
  });

  it('selectors select the pods that they are meant for', () => {
    expect(deployment.spec).toMatchObject({ selector: { matchLabels: SELECTOR } });
    expect(pod.metadata.labels).toMatchObject(SELECTOR);
    for (const name of ['tekton', 'tekton-management']) {
      expect(the(manifests, 'Service', name).spec).toMatchObject({ selector: SELECTOR });
    }
    const policy = the(manifests, 'NetworkPolicy', 'tekton').spec;
    expect(policy).toMatchObject({ podSelector: { matchLabels: SELECTOR } });
  });

  it('ports are those that Tekton listens on, and every reference to one is right', () => {
    expect(beside).toEqual([]);
    const settings = loadSettings(settingsOfPod(manifests, pod.spec));
    expect(settings['http.host']).toBe('0.0.0.0');
    expect(settings['management.host']).toBe('0.0.0.0');
    expect(tekton.ports).toEqual([
      { name: 'http', containerPort: settings['http.port'] },
      { name: 'management', containerPort: settings['management.port'] },
    ]);
    const services = ['tekton', 'tekton-management'].map((name) => the(manifests, 'Service', name));
    expect(services.map(({ spec }) => (spec as { ports: object[] }).ports)).toMatchObject([
      [{ name: 'http', targetPort: 'http' }],
      [{ name: 'management', targetPort: 'management' }],
    ]);
    const { startupProbe, livenessProbe, readinessProbe } = tekton;
    expect([startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet)).toEqual([
      { path: '/health/live', port: 'management' },
      { path: '/health/live', port: 'management' },
      { path: '/health/ready', port: 'management' },
    ]);
  });

  it('a stop has the time that it may take', () => {
    const settings = loadSettings(settingsOfPod(manifests, pod.spec));
    const beforeSignal = tekton.lifecycle?.preStop.sleep.seconds ?? 0;
    // The last steps of a stop have a second each, whatever came before (start-tekton.ts).
    const needed = beforeSignal + settings['service.graceful-shutdown'] + 2;
    expect(pod.spec.terminationGracePeriodSeconds).toBeGreaterThan(needed);
  });

  it('Tekton has the memory that its limits ask for', () => {
    const environment = settingsOfPod(manifests, pod.spec);
    const [megabytes] = /^\d+(?=Mi$)/.exec(tekton.resources?.limits?.memory ?? '') ?? [];
    expect(memoryFaults(loadSettings(environment), environment, Number(megabytes))).toEqual([]);
  });

  it('the settings are valid, and a change of them reaches pods that run', () => {
    const settings = loadSettings(settingsOfPod(manifests, pod.spec));
    expect(settings['kaa.service-instances'].length).toBeGreaterThan(0);
    const mount = tekton.volumeMounts?.find(({ name }) => name === 'config');
    expect(mount).toEqual({ name: 'config', ...SETTINGS_MOUNT });
    expect(pod.spec.volumes).toContainEqual({ name: 'config', configMap: { name: 'tekton' } });
  });
});

describe('production', () => {
  const manifests = built.production;

  it('needs tokens, and encrypts the way to PostgreSQL and NATS', () => {
    const spec = podOf(the(manifests, 'Deployment', 'tekton'))?.spec ?? { containers: [] };
    const settings = loadSettings(settingsOfPod(manifests, spec));
    expect(settings['kaa.security.enabled']).toBe(true);
    expect(settings['database.tls.mode']).toBe('verify-full');
    for (const url of settings['nats.urls']) expect(url).toMatch(/^tls:/);
  });

  it('has no secret in it, and the guide says how to make the one that it needs', () => {
    expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    const spec = podOf(the(manifests, 'Deployment', 'tekton'))?.spec ?? { containers: [] };
    const guide = textOf('docs/deployment.md');
    for (const name of secretsOfPod(spec)) expect(guide).toContain(`--from-file=${name}`);
  });

  it('leaves the number of replicas to the autoscaler, within what PostgreSQL has room for', () => {
    expect(the(manifests, 'Deployment', 'tekton').spec).not.toHaveProperty('replicas');
    const scaler = the(manifests, 'HorizontalPodAutoscaler', 'tekton').spec as {
      scaleTargetRef: object;
      minReplicas: number;
      maxReplicas: number;
    };
    expect(scaler.scaleTargetRef).toEqual({
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'tekton' },
    });
    expect(scaler.minReplicas).toBeGreaterThan(1);
    // database.pool, two for the relay and health, one that listens, and two for a moment at the start;
    // 100 less 3 is what PostgreSQL has by default for others than superusers.
    expect((scaler.maxReplicas + 1) * (10 + 5)).toBeLessThanOrEqual(97);
  });

  it('lets nodes be drained', () => {
    expect(the(manifests, 'PodDisruptionBudget', 'tekton').spec).toMatchObject({
      maxUnavailable: 1,
      selector: { matchLabels: SELECTOR },
    });
  });

  it('is found by the Prometheus Operator, as the job that alerts and dashboard expect', () => {
    const monitor = the(manifests, 'ServiceMonitor', 'tekton').spec as {
      jobLabel: string;
      selector: { matchLabels: Record<string, string> };
      endpoints: { port: string; path: string }[];
    };
    const { metadata, spec } = the(manifests, 'Service', 'tekton-management');
    expect(metadata.labels).toMatchObject(monitor.selector.matchLabels);
    expect(metadata.labels?.[monitor.jobLabel]).toBe('tekton');
    const names = (spec as { ports: { name: string }[] }).ports.map(({ name }) => name);
    expect(names).toEqual(monitor.endpoints.map(({ port }) => port));
    expect(monitor.endpoints[0]?.path).toBe('/metrics');
    // The API is not scraped: its Service has another component.
    expect(the(manifests, 'Service', 'tekton').metadata.labels).not.toMatchObject(
      monitor.selector.matchLabels,
    );
  });
});
