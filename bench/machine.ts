import { cpus, totalmem } from 'node:os';
import type { Lab } from './lab.js';
import { EFFORTS, type Options } from './options.js';
import { postgresVersion } from './systems/database.js';
import type { SystemName } from './systems/system.js';

const PEERS: readonly SystemName[] = ['bare', 'etcd', 'unleash'];

/** What was measured on, with what, and how. */
export async function describeMachine(lab: Lab, { quick }: Options): Promise<string> {
  const processors = cpus();
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  const { rounds, seconds, ballast } = EFFORTS[quick ? 'quick' : 'full'];
  const systems = await Promise.all(
    PEERS.map(async (name) => {
      const system = await lab.started(name);
      return system ?? `${name} is not installed or was not asked for`;
    }),
  );
  const versions = systems.map((system) =>
    typeof system === 'string' ? system : `${system.name}: ${system.version}`,
  );
  return [
    `Machine: ${processors.length} x ${processors[0]?.model ?? 'unknown'}, ${gibibytes} GiB, ${process.platform}`,
    `Node.js ${process.version}, ${await postgresVersion(lab.context.postgresUrl)}; ${versions.join('; ')}`,
    `Medians of ${rounds} rounds of ${seconds} s, 32 connections, loads and servers on the same processors; ${ballast.toLocaleString('en')} configurations in row 7.`,
    ...(quick ? ['--quick: figures to see where things stand, not to quote.'] : []),
  ].join('\n');
}
