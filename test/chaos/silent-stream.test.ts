import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { createAddresses, urlOf } from './addresses.js';
import { Cluster } from './cluster.js';
import { printFigures, spread } from './figures.js';
import type { Replica } from './replica.js';
import { PROOF_TIMEOUT_MS, scale } from './scale.js';
import { serveAll } from './serve-all.js';

const ROUNDS = scale({ short: 1, long: 20 });

/** As many at a time as there may be: one whose place is not given back would be missed. */
const STREAMS = 3;
const ENVIRONMENT = {
  HTTP_STREAM_LIMIT: String(STREAMS),
  DATABASE_QUERY_TIMEOUT: '2',
  DATABASE_CONNECT_TIMEOUT: '2',
};
/** Against hanging: several times what one statement may take. */
const LIMIT_MS = 10_000;

/** Far more than what is on its way between PostgreSQL and the reader at any time. */
/** The one that is noticed in the same way comes with the long form. */
const WAYS = (['everything', 'answers'] as const).slice(0, scale({ short: 1, long: 2 }));

const APPLICATIONS = 20;
const DOCUMENT_BYTES = 700_000;

it.each(WAYS)(
  `cuts off bulk reads when PostgreSQL goes silent in the middle of them (%s is held back), ${ROUNDS} times`,
  async (held) => {
    const cluster = await Cluster.start({ replicas: 1, gated: true, environment: ENVIRONMENT });
    onTestFinished(() => cluster.stop());
    const replica = await cluster.anyServing();
    const addresses = await createAddresses(replica.rest, APPLICATIONS);
    for (const address of addresses) {
      const noise = randomBytes(DOCUMENT_BYTES).toString('base64');
      const document = { path: '/', noise };
      const { status } = await replica.rest.put(urlOf(address), document, randomUUID());
      expect(status).toBe(201);
    }
    const whole = await replica.rest.get('/bulk');
    const times: number[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const answers = await Promise.all(Array.from({ length: STREAMS }, () => Begun.of(replica)));
      replica.toDatabase?.hold(held);
      const from = performance.now();
      const lengths = await Promise.all(answers.map((answer) => answer.readUntilCut()));
      times.push(performance.now() - from);
      for (const length of lengths) expect(length).toBeLessThan(whole.text.length);
      replica.toDatabase?.open();
      await serveAll(replica);
      const again = await Promise.all(
        Array.from({ length: STREAMS }, () => replica.rest.get('/bulk')),
      );
      expect(again.map(({ status, text }) => [status, text === whole.text])).toEqual(
        Array(STREAMS).fill([200, true]),
      );
    }
    printFigures(`silent stream (${held})`, { rounds: ROUNDS, 'cut off after': spread(times) });
    expect(Math.max(...times)).toBeLessThan(LIMIT_MS);
  },
  PROOF_TIMEOUT_MS,
);

/** An answer of which nothing is read yet, so that the most of it is still in the database. */
class Begun {
  private readonly error: Promise<unknown>;

  private constructor(private readonly answer: IncomingMessage) {
    this.error = once(answer, 'end').then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  static async of({ rest }: Replica): Promise<Begun> {
    const [answer] = (await once(get(`${rest.baseUrl}/bulk`), 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(200);
    return new Begun(answer);
  }

  /** @returns the bytes that came until the connection was cut */
  async readUntilCut(): Promise<number> {
    let length = 0;
    this.answer.on('data', (chunk: Buffer) => (length += chunk.length));
    expect(await this.error).toMatchObject({ code: 'ECONNRESET' });
    return length;
  }
}
