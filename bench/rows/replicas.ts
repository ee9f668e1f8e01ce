import { once } from 'node:events';
import { connect } from '@nats-io/transport-node';
import { Connection } from '../connection.js';
import { documentOf } from '../documents.js';
import { percentile } from '../statistics.js';
import type { Tekton } from '../systems/tekton.js';
import type { Row } from './row.js';
import { milliseconds } from './samples.js';

const REPLICAS = 1000;
const CHANGED = 600;

/** Milliseconds that each of many replicas waits for the new value, all of them told by one message. */
async function fetchesAfterChange(
  tekton: Tekton,
  natsUrl: string,
  replicas: readonly Connection[],
  marker: string,
): Promise<number[]> {
  const nats = await connect({ servers: natsUrl });
  const told = new EventTarget();
  nats.subscribe('kaa.v1.service.bench.scmp.configuration.upsert', {
    callback: () => {
      told.dispatchEvent(new Event('told'));
    },
  });
  await nats.flush();
  const message = once(told, 'told', { signal: AbortSignal.timeout(10_000) });
  const writer = new Connection(tekton.origin);
  await writer.send(tekton.write(CHANGED, documentOf(marker)));
  await message;
  const times = await Promise.all(
    replicas.map(async (replica) => {
      const begin = performance.now();
      const { body } = await replica.send(tekton.read(CHANGED));
      if (!body.includes(marker)) throw new Error('A replica that was told read the old value');
      return performance.now() - begin;
    }),
  );
  writer.close();
  await nats.close();
  return times;
}

export const REPLICAS_AT_ONCE: Row = {
  number: 12,
  work: '1,000 replicas fetch at once after one notification (p99)',
  target: 'no error, p99 < 2 s',
  async measure(lab, { rounds }, progress) {
    const tekton = await lab.tekton();
    const replicas = Array.from({ length: REPLICAS }, () => new Connection(tekton.origin));
    const times: number[] = [];
    // Their connections are open before.
    for (const replica of replicas) await replica.send(tekton.read(CHANGED));
    for (let round = 1; round <= rounds; round++) {
      progress(`round ${round}`);
      const marker = `all at once ${round}`;
      times.push(...(await fetchesAfterChange(tekton, lab.context.natsUrl, replicas, marker)));
    }
    for (const replica of replicas) replica.close();
    const p99 = percentile(times, 99);
    return {
      figures: { tekton: milliseconds(p99) },
      ours: p99,
      bare: undefined,
      ratio: undefined,
      met: p99 < 2000,
    };
  },
};
