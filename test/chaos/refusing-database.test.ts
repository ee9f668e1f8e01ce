import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { databaseUrl, withDatabase } from '../support/database.js';
import { takeAccount } from './account.js';
import { createAddresses, urlOf } from './addresses.js';
import { Callers, figuresOfCalls, succeeded, unclear } from './calls.js';
import { Cluster } from './cluster.js';
import { faultsOf } from './faults.js';
import { countsOf, printFigures } from './figures.js';
import { OwnPostgres } from './own-postgres.js';
import type { Replica } from './replica.js';
import { PROOF_TIMEOUT_MS, scale } from './scale.js';
import { SmallDisk } from './small-disk.js';
import { Writers } from './writers.js';

const REFUSAL_MS = scale({ short: 1000, long: 20_000 });

/** The session that says so may still write. */
const AS_WRITER = 'SET default_transaction_read_only = off';
const RELOAD = 'SELECT pg_reload_conf()';
const CUT_ALL = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;

const PARAMETER = 'default_transaction_read_only';

const SAY_FULL = [
  `CREATE FUNCTION refuse_as_full() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$`,
  `CREATE TRIGGER disk_full BEFORE INSERT ON outbox EXECUTE FUNCTION refuse_as_full()`,
];

interface Refusal {
  name: string;
  begin: string[];
  end: string[];
  /** That they may write again is known of connections that are new: of each other one by trying. */
  isNoticedByTrying?: boolean;
}

const READ_ONLY: Refusal[] = [
  {
    name: 'the whole server, and no connection is cut',
    begin: [`ALTER SYSTEM SET ${PARAMETER} = on`, RELOAD],
    end: [`ALTER SYSTEM RESET ${PARAMETER}`, RELOAD],
  },
  {
    name: 'new connections only, all are cut before and after',
    begin: [`ALTER DATABASE postgres SET ${PARAMETER} = on`, CUT_ALL],
    end: [`ALTER DATABASE postgres RESET ${PARAMETER}`, CUT_ALL],
  },
  {
    name: 'new connections only, and those that cannot write stay',
    begin: [`ALTER DATABASE postgres SET ${PARAMETER} = on`, CUT_ALL],
    end: [`ALTER DATABASE postgres RESET ${PARAMETER}`],
    isNoticedByTrying: true,
  },
];

for (const { name, begin, end, isNoticedByTrying } of READ_ONLY) {
  it(
    `reads on while PostgreSQL is read-only, and then writes again (${name})`,
    async () => {
      const postgres = await OwnPostgres.start();
      onTestFinished(() => postgres.stop());
      await proveRefused(`read-only: ${name}`, postgres.url, {
        begin: () => run(postgres.url, begin),
        end: () => run(postgres.url, end),
        isNoticedByTrying,
      });
    },
    PROOF_TIMEOUT_MS,
  );
}

it(
  'reads on while the disk is full, and then writes again',
  async () => {
    const disk = SmallDisk.mount();
    // Done last, once nothing uses it any more.
    onTestFinished(() => disk?.unmount());
    const postgres = await OwnPostgres.start();
    onTestFinished(() => postgres.stop());
    if (!disk) {
      // Who is not root can mount nothing to fill: PostgreSQL is made to say what it says then.
      await proveRefused('disk said to be full', postgres.url, {
        begin: () => run(postgres.url, SAY_FULL),
        end: () => run(postgres.url, ['DROP TRIGGER disk_full ON outbox']),
      });
      return;
    }
    await run(postgres.url, [
      `CREATE TABLESPACE small LOCATION '${disk.folder}'`,
      'CREATE DATABASE small TABLESPACE small',
    ]);
    await proveRefused('disk full', databaseUrl(postgres.url, 'small'), {
      begin: () => {
        disk.fill();
      },
      end: () => {
        disk.free();
      },
    });
  },
  PROOF_TIMEOUT_MS,
);

interface Happening {
  begin: () => Promise<void> | void;
  end: () => Promise<void> | void;
  isNoticedByTrying?: boolean | undefined;
}

async function proveRefused(
  proof: string,
  url: string,
  { begin, end, isNoticedByTrying = false }: Happening,
): Promise<void> {
  const cluster = await Cluster.start({ replicas: 2, databaseUrl: url });
  onTestFinished(() => cluster.stop());
  const addresses = await createAddresses((await cluster.anyServing()).rest, 2);
  const writers = new Writers(cluster, addresses, { count: 4, pauseMs: 30 });
  const callers = new Callers(cluster, addresses, { pauseMs: 30 });
  await sleep(500);
  await begin();
  await sleep(200);
  const statuses: [number, number][] = [];
  for (const { rest } of cluster.replicas) {
    const [address] = addresses;
    const read = await rest.get('/applications');
    const write = await rest.put(urlOf(address), largeDocument(), randomUUID());
    statuses.push([read.status, write.status]);
  }
  await sleep(REFUSAL_MS);
  const stop = () => Promise.all([writers.stop(), callers.stop()]);
  // A statement outside of a transaction that fails takes its connection with it: no help by those.
  if (isNoticedByTrying) await stop();
  await end();
  await sleep(200);
  if (isNoticedByTrying) await Promise.all(cluster.replicas.map(refusedWrites));
  const refused = await Promise.all(cluster.replicas.map(refusedWrites));
  await stop();

  const account = await takeAccount(cluster, addresses, writers);
  printFigures(proof, {
    ...countsOf(account, writers),
    ...figuresOfCalls(callers.calls),
    'refused afterwards': refused.flat().length,
  });
  expect(statuses).toEqual(cluster.replicas.map(() => [200, 503]));
  expect(unclear(callers.calls)).toEqual([]);
  expect(refused.flat()).toEqual([]);
  expect(callers.calls.some((call) => !succeeded(call))).toBe(true);
  expect(faultsOf(account)).toEqual([]);
}

/** What is still refused of more writes at a time than there are connections, of transactions too. */
async function refusedWrites({ rest }: Replica): Promise<string[]> {
  const writes = Array.from({ length: 25 }, () =>
    rest.post('/applications', { name: `b${randomUUID()}` }),
  );
  const answers = await Promise.all(writes);
  return answers.filter(({ status }) => status !== 201).map(({ text }) => text);
}

/** For which there is no room in what PostgreSQL has already. */
function largeDocument(): object {
  return { noise: randomBytes(300_000).toString('base64') };
}

async function run(url: string, statements: readonly string[]): Promise<void> {
  await withDatabase(url, new URL(url).pathname.slice(1), async (client) => {
    await client.query(AS_WRITER);
    for (const statement of statements) await client.query(statement);
  });
}
