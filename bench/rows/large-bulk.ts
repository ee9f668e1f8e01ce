import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { addBallast } from '../ballast.js';
import { documentOf } from '../documents.js';
import { peakMemoryWhile, residentMemory } from '../memory.js';
import { createDatabase } from '../systems/database.js';
import { BENCH_TENANT, type Tekton } from '../systems/tekton.js';
import type { Row } from './row.js';

const BYTES = 200 * 1000 * 1000;
const SETTLING = 3000;

/** Reads all, and keeps nothing of it. */
function bytesOfAll(tekton: Tekton): Promise<number> {
  const { path, headers } = tekton.readAll();
  return new Promise((resolve, reject) => {
    const sent = request(`${tekton.origin}${path}`, { headers, agent: false });
    sent.once('error', reject);
    sent.once('response', (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.once('error', reject);
      response.once('end', () => {
        resolve(bytes);
      });
    });
    sent.end();
  });
}

export const LARGE_BULK: Row = {
  number: 9,
  work: '/bulk of 200 MB: growth of resident memory',
  target: '< 64 MiB',
  async measure(lab, _effort, progress) {
    const databaseUrl = await createDatabase(lab.context.postgresUrl, 'large_bulk');
    // The first start makes the tables.
    await (await lab.startTekton(databaseUrl)).stop();
    const to = Math.ceil(BYTES / documentOf('ballast').length);
    const given = { instance: 'bench', tenantId: BENCH_TENANT, progress };
    await addBallast({ databaseUrl, from: 0, to, ...given });
    const tekton = await lab.startTekton(databaseUrl);
    await sleep(SETTLING);
    const before = residentMemory(tekton.pid);
    progress('reading');
    let bytes = 0;
    const begin = performance.now();
    const peak = await peakMemoryWhile(tekton.pid, async () => {
      bytes = await bytesOfAll(tekton);
    });
    const seconds = (performance.now() - begin) / 1000;
    await tekton.stop();
    if (bytes < BYTES) throw new Error(`${bytes} bytes are not all`);
    const growth = peak - before;
    return {
      figures: { tekton: `${Math.round(growth)} MiB` },
      ours: growth,
      bare: undefined,
      ratio: undefined,
      met: growth < 64,
      notes: [
        `${Math.round(bytes / 1e6)} MB in ${seconds.toFixed(1)} s, from ${Math.round(before)} to ${Math.round(peak)} MiB`,
      ],
    };
  },
};
