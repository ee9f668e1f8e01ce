import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadSettings } from '../../src/settings/settings.js';
import { memoryFaults } from './memory.js';
import { documentOf, placeOf } from './repository-files.js';

interface Service {
  image: string;
  build?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  ports?: string[];
  networks?: string[];
  profiles?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  stop_grace_period?: string;
  mem_limit?: string;
}

const compose = documentOf('docker-compose.yml') as {
  services: Record<string, Service>;
  volumes: object;
};
const services = Object.entries(compose.services);
const { tekton, postgres, prometheus, grafana } = compose.services;

it.each(services)('%s: runs without rights, on an image of an exact version', (name, service) => {
  expect(service).toMatchObject({
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
  });
  const exact = name === 'tekton' ? /:local\}$/ : /:v?\d+\.\d+(\.\d+)?(-alpine)?$/;
  expect(service.image).toMatch(exact);
});

it.each(services)('%s: is published on 127.0.0.1 at most', (_name, { ports = [] }) => {
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
});

it.each(services)('%s: is healthy before others rely on it', (_name, service) => {
  const [kind, ...command] = service.healthcheck?.test ?? [];
  expect(kind).toBe('CMD');
  // What looks like code easily looks like a mapping to YAML.
  expect(command).toEqual(command.map(String));
  for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
    expect(condition).toBe('service_healthy');
    expect(compose.services).toHaveProperty(needed);
  }
});

it.each(services)('%s: mounts what is there', (_name, { volumes = [] }) => {
  for (const volume of volumes) {
    const [source = ''] = volume.split(':');
    if (source.startsWith('.')) expect(existsSync(placeOf(source))).toBe(true);
    else expect(compose.volumes).toHaveProperty(source);
  }
});

it('Tekton and its parts come without a profile, Prometheus and Grafana with one', () => {
  expect([prometheus?.profiles, grafana?.profiles]).toEqual([['monitoring'], ['monitoring']]);
  const plain = services.filter(([, { profiles }]) => profiles === undefined);
  expect(plain.map(([name]) => name).sort()).toEqual(['nats', 'postgres', 'tekton']);
});

it('the settings of Tekton are valid, and fit the ports and the time of a stop', () => {
  expect(tekton?.volumes).toEqual(['./config:/srv/tekton:ro']);
  const settings = loadSettings({
    ...substituted(tekton?.environment ?? {}),
    TEKTON_CONFIG_FILE: placeOf('config/service-config.yml'),
  });
  expect(settings['kaa.security.enabled']).toBe(false);
  expect(settings['http.host']).toBe('0.0.0.0');
  expect(tekton?.ports?.map((port) => Number(port.split(':').at(-1)))).toEqual([
    settings['http.port'],
    settings['management.port'],
  ]);
  const [seconds = ''] = /^\d+(?=s$)/.exec(tekton?.stop_grace_period ?? '') ?? [];
  expect(Number(seconds)).toBeGreaterThan(settings['service.graceful-shutdown'] + 2);
});

it('Tekton has the memory that its limits ask for', () => {
  const environment = substituted(tekton?.environment ?? {});
  const TEKTON_CONFIG_FILE = placeOf('config/service-config.yml');
  const settings = loadSettings({ ...environment, TEKTON_CONFIG_FILE });
  const [megabytes] = /^\d+(?=m$)/.exec(tekton?.mem_limit ?? '') ?? [];
  expect(memoryFaults(settings, environment, Number(megabytes))).toEqual([]);
});

it('with tokens, tenants can be given by the environment', () => {
  const tenants = '[{"id": "kaa", "issuer": "https://id.example.com/realms/kaa"}]';
  const given = { KAA_SECURITY_ENABLED: 'true', KAA_TENANCY_TENANTS: tenants };
  const environment = substituted(tekton?.environment ?? {}, given);
  const TEKTON_CONFIG_FILE = placeOf('config/service-config.yml');
  const settings = loadSettings({ ...environment, TEKTON_CONFIG_FILE });
  expect(settings['kaa.tenancy.tenants']).toMatchObject([{ id: 'kaa' }]);
});

it('Tekton and PostgreSQL have the same password, whoever gives one', () => {
  const given = { POSTGRES_PASSWORD: 'other' };
  for (const [environment, password] of [[{}, 'tekton'] as const, [given, 'other'] as const]) {
    const { DATABASE_URL } = substituted(tekton?.environment ?? {}, environment);
    expect(new URL(DATABASE_URL ?? '').password).toBe(password);
    const { POSTGRES_PASSWORD } = substituted(postgres?.environment ?? {}, environment);
    expect(POSTGRES_PASSWORD).toBe(password);
  }
});

/** Variables as Compose puts them in: `${NAME:-default}` is all that is used here. */
function substituted(
  environment: Record<string, string>,
  given: Record<string, string> = {},
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(/\$\{(\w+):-([^}]*)\}/g, (_all, variable: string, otherwise: string) => {
        return given[variable] ?? otherwise;
      }),
    ]),
  );
}
