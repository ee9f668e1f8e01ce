import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../../src/local/free-port.js';
import type { Lab } from '../lab.js';
import { median } from '../statistics.js';
import type { Row } from './row.js';

const STARTS = 5;
const TIMEOUT = 30_000;

/** Seconds from the start of the process until it says that it is ready for calls. */
async function secondsUntilHealthy(lab: Lab, databaseUrl: string): Promise<number> {
  const port = await findFreePort();
  const begin = performance.now();
  const starting = lab.startTekton(databaseUrl, { env: { MANAGEMENT_PORT: String(port) } });
  for (;;) {
    const url = `http://127.0.0.1:${port}/health/ready`;
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.status === 200) break;
    if (performance.now() > begin + TIMEOUT) throw new Error('Tekton does not become healthy');
    await sleep(5);
  }
  const seconds = (performance.now() - begin) / 1000;
  await (await starting).stop();
  return seconds;
}

async function secondsOfBare(lab: Lab, number: number): Promise<number> {
  const begin = performance.now();
  const bare = await lab.startBare(`bare_start_${number}`);
  const seconds = (performance.now() - begin) / 1000;
  await bare.stop();
  return seconds;
}

export const START: Row = {
  number: 11,
  work: 'start to healthy, built, database up to date',
  target: '< 1.2 s',
  async measure(lab, _effort, progress) {
    const databaseUrl = await lab.filledDatabase('start');
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let start = 1; start <= STARTS; start++) {
      progress(`start ${start}`);
      ours.push(await secondsUntilHealthy(lab, databaseUrl));
      theirs.push(await secondsOfBare(lab, start));
    }
    const [tekton, bare] = [median(ours), median(theirs)];
    return {
      figures: { tekton: `${tekton.toFixed(2)} s`, bare: `${bare.toFixed(2)} s` },
      ours: tekton,
      bare,
      ratio: tekton / bare,
      met: tekton < 1.2,
    };
  },
};
