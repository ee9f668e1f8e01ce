import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { Connection } from '../connection.js';
import { documentOf } from '../documents.js';
import { CONFIGURATIONS } from '../lab.js';
import { CONNECTIONS } from '../load.js';
import { median } from '../statistics.js';
import type { Tekton } from '../systems/tekton.js';
import type { Row } from './row.js';

const CHANGES = 10_000;
const TIMEOUT = 30_000;

/** Seconds from the last answer of the burst until the last notification is out. */
async function lagOfBurst(tekton: Tekton, natsUrl: string, round: number): Promise<number> {
  const nats = await connect({ servers: natsUrl });
  let arrived = 0;
  let arrivedAt = 0;
  nats.subscribe('kaa.v1.service.bench.scmp.configuration.upsert', {
    callback: (error) => {
      if (error) throw error;
      arrived++;
      arrivedAt = performance.now();
    },
  });
  await nats.flush();
  const changes = Array.from({ length: CHANGES }, (_, index) => index).values();
  const change = async (): Promise<void> => {
    const connection = new Connection(tekton.origin);
    for (const index of changes) {
      const document = documentOf(`burst ${round} change ${index}`);
      await connection.send(tekton.write(index % CONFIGURATIONS, document));
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, change));
  const answeredAt = performance.now();
  while (arrived < CHANGES && performance.now() < answeredAt + TIMEOUT) await sleep(5);
  await nats.close();
  if (arrived !== CHANGES) throw new Error(`${arrived} notifications for ${CHANGES} changes`);
  return Math.max(0, arrivedAt - answeredAt) / 1000;
}

export const BURST: Row = {
  number: 8,
  work: 'burst of 10,000 changes: last notification out after the last commit',
  target: 'within 1 s',
  async measure(lab, { rounds }, progress) {
    const tekton = await lab.tekton();
    const lags: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      progress(`round ${round}`);
      lags.push(await lagOfBurst(tekton, lab.context.natsUrl, round));
    }
    const lag = median(lags);
    return {
      figures: { tekton: `${lag.toFixed(3)} s` },
      ours: lag,
      bare: undefined,
      ratio: undefined,
      met: lag <= 1,
    };
  },
};
