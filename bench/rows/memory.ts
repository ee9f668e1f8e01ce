import { setTimeout as sleep } from 'node:timers/promises';
import { firstDocuments } from '../documents.js';
import { CONFIGURATIONS, type Lab } from '../lab.js';
import { residentMemory } from '../memory.js';
import type { Bare } from '../systems/bare.js';
import type { Tekton } from '../systems/tekton.js';
import { readsPerSecond } from './reads.js';
import type { Effort, Row } from './row.js';

const SETTLING = 3000;

async function idleAndAfterReads(
  system: Tekton | Bare,
  effort: Effort,
): Promise<{ idle: number; after: number }> {
  await sleep(SETTLING);
  const idle = residentMemory(system.pid);
  await readsPerSecond(system, effort);
  const after = residentMemory(system.pid);
  await system.stop();
  return { idle, after };
}

async function freshBare(lab: Lab): Promise<Bare> {
  const bare = await lab.startBare('bare_memory');
  await bare.fill(firstDocuments(CONFIGURATIONS));
  return bare;
}

export const MEMORY: Row = {
  number: 10,
  work: 'resident memory idle / after row 1',
  target: '<= 170 / 240 MB',
  async measure(lab, effort, progress) {
    progress('Tekton');
    const databaseUrl = await lab.filledDatabase('memory');
    const ours = await idleAndAfterReads(await lab.startTekton(databaseUrl), effort);
    progress('bare');
    const bare = await idleAndAfterReads(await freshBare(lab), effort);
    const text = ({ idle, after }: typeof ours) => `${Math.round(idle)} / ${Math.round(after)} MiB`;
    return {
      figures: { tekton: text(ours), bare: text(bare) },
      ours: ours.after,
      bare: bare.after,
      ratio: ours.after / bare.after,
      met: ours.idle <= 170 && ours.after <= 240,
    };
  },
};
