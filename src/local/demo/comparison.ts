import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { LocalError } from '../local-error.js';
import { requireDone, type Dashboard } from './dashboard.js';
import { nameOf, type Address } from './replica-lines.js';
import { STEP_TIMEOUT, type ReplicaProcess } from './replica-process.js';

/** A configuration as somebody has it. */
export interface HeldConfiguration {
  address: Address;
  revision: number;
  value: unknown;
}

/** What a replica says of itself. */
export async function configurationsOf(replica: ReplicaProcess): Promise<HeldConfiguration[]> {
  const { configurations } = JSON.parse(await replica.call('/configurations')) as {
    configurations: HeldConfiguration[];
  };
  return configurations;
}

/** What Tekton has for an instance, each read by itself, which is not the way that replicas take. */
export async function configurationsAt(
  tekton: Dashboard,
  instance: string,
): Promise<HeldConfiguration[]> {
  const cluster = JSON.parse(requireDone(await tekton.bulk(instance)).body) as Cluster;
  const addresses = addressesIn(cluster);
  const held = [];
  for (const address of addresses) {
    const { revision, body } = requireDone(await tekton.get(instance, address));
    held.push({ address, revision, value: JSON.parse(body) as unknown });
  }
  return held;
}

/**
 * Waits until a replica has what Tekton has.
 * @throws LocalError that names the replica and each configuration in which it still differs
 */
export async function requireSame(
  replica: ReplicaProcess,
  wanted: readonly HeldConfiguration[],
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + STEP_TIMEOUT;
  for (;;) {
    const faults = differences(replica.name, await configurationsOf(replica), wanted);
    if (faults.length === 0) return;
    if (performance.now() > deadline) {
      throw new LocalError(
        `A replica has not become what Tekton is within ${STEP_TIMEOUT / 1000} s:\n  ${faults.join('\n  ')}`,
      );
    }
    await sleep(100, undefined, { signal });
  }
}

/** Each configuration in which a replica differs from Tekton, in words; none if it is right. */
export function differences(
  replica: string,
  held: readonly HeldConfiguration[],
  wanted: readonly HeldConfiguration[],
): string[] {
  const byName = (all: readonly HeldConfiguration[]) =>
    new Map(all.map((one) => [nameOf(one.address), one]));
  const [here, there] = [byName(held), byName(wanted)];
  const faults: string[] = [];
  for (const [name, { revision, value }] of there) {
    const found = here.get(name);
    if (found === undefined) {
      faults.push(`${replica} has no ${name}; Tekton has revision ${revision}`);
    } else if (found.revision !== revision) {
      faults.push(
        `${replica} has revision ${found.revision} of ${name}; Tekton has revision ${revision}`,
      );
    } else if (!isDeepStrictEqual(found.value, value)) {
      faults.push(`${replica} has another revision ${revision} of ${name} than Tekton`);
    }
  }
  for (const [name, { revision }] of here) {
    if (!there.has(name)) {
      faults.push(`${replica} still has revision ${revision} of ${name}; Tekton has none`);
    }
  }
  return faults;
}

/** The parts of the answer of `GET /bulk` for one instance that are of use here. */
interface Cluster {
  tenants: {
    tenantId: string;
    config?: unknown;
    applications?: {
      name: string;
      config?: unknown;
      appVersions?: { name: string; config?: unknown }[];
    }[];
  }[];
}

function addressesIn({ tenants }: Cluster): Address[] {
  return tenants.flatMap(({ tenantId, config, applications = [] }) => [
    ...(config === undefined ? [] : [{ level: 'tenant' as const, tenantId }]),
    ...applications.flatMap(({ name: appName, config, appVersions = [] }) => [
      ...(config === undefined ? [] : [{ level: 'application' as const, tenantId, appName }]),
      ...appVersions
        .filter((version) => version.config !== undefined)
        .map(({ name }) => ({
          level: 'appversion' as const,
          tenantId,
          appName,
          appVersionName: name,
        })),
    ]),
  ]);
}
