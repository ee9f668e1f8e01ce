import { expect, it, onTestFinished } from 'vitest';
import type { ReceivedMessage } from '../support/subscriber.js';
import { takeAccount, type StoredChange } from './account.js';
import { addressName, createAddresses, urlOf, type Address } from './addresses.js';
import type { Answer } from './caller.js';
import { pick } from './chance.js';
import { Cluster } from './cluster.js';
import { faultsOf } from './faults.js';
import { countsOf, printFigures, progressOf } from './figures.js';
import { PROOF_TIMEOUT_MS, scale } from './scale.js';
import { Writers } from './writers.js';

const PAIRS = scale({ short: 1000, long: 20_000 });

interface Pair {
  message: ReceivedMessage;
  /** What a replica said at once when it was asked after that. */
  answer: Answer;
}

it(
  `gives, in ${PAIRS} fetches, whoever was told of a change that change or a later one`,
  async () => {
    const cluster = await Cluster.start();
    onTestFinished(() => cluster.stop());
    const { rest } = await cluster.anyServing();
    const addresses = await createAddresses(rest, 2);
    const writers = new Writers(cluster, addresses, { count: 4, pauseMs: 10, deletions: 0.3 });

    const pairs = await fetchWhatIsTold(cluster, addresses);
    await writers.stop();

    const account = await takeAccount(cluster, addresses, writers);
    const same = pairs.filter(({ message, answer }) => revisionOf(answer) === message.revision);
    printFigures('read your notification', {
      pairs: pairs.length,
      'just that change was read': same.length,
      'nothing was there any more': pairs.filter(({ answer }) => answer.status === 404).length,
      ...countsOf(account, writers),
    });
    expect(outdated(pairs, account.stored)).toEqual([]);
    expect(faultsOf(account)).toEqual([]);
  },
  PROOF_TIMEOUT_MS,
);

/** Asks any replica at once after each message, without waiting for the answers to earlier ones. */
async function fetchWhatIsTold(cluster: Cluster, addresses: readonly Address[]): Promise<Pair[]> {
  const byName = new Map(addresses.map((address) => [address.name, address]));
  const fetches: Promise<Pair>[] = [];
  const progress = progressOf('read your notification', PAIRS);
  while (fetches.length < PAIRS) {
    const [message] = await cluster.subscriber.take(1);
    const address = message && byName.get(addressName(message));
    if (!address || message.revision === undefined) continue;
    const { rest } = pick(cluster.serving);
    fetches.push(rest.get(urlOf(address)).then((answer) => ({ message, answer })));
    progress(fetches.length);
  }
  return Promise.all(fetches);
}

/** Answers from before the change that had been told. */
function outdated(pairs: readonly Pair[], stored: readonly StoredChange[]): string[] {
  const lastDeletion = new Map<string, number>();
  for (const { address, operation, revision } of stored) {
    if (operation === 'delete') lastDeletion.set(address, revision);
  }
  return pairs.flatMap(({ message, answer }) => {
    const { operation, revision = 0 } = message;
    const address = addressName(message);
    const read = revisionOf(answer);
    const isLater =
      read === undefined ? false : operation === 'upsert' ? read >= revision : read > revision;
    const isDeleted = answer.status === 404 && (lastDeletion.get(address) ?? 0) >= revision;
    return isLater || isDeleted
      ? []
      : [
          `told ${operation} r${revision} of ${address}, then read ${answer.status} r${read ?? '-'}`,
        ];
  });
}

function revisionOf({ status, headers }: Answer): number | undefined {
  return status === 200 ? Number(headers['x-revision']) : undefined;
}
