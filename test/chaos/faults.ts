import type { ReceivedMessage } from '../support/subscriber.js';
import type { Account, StoredChange } from './account.js';
import { addressName } from './addresses.js';

/** What of the promises about changes and their messages does not hold: one line each. */
export function faultsOf(account: Account): string[] {
  const firsts = firstDeliveries(account.told);
  return [
    ...unstored(account),
    ...listedOtherwise(account),
    ...gapsInHistory(account.stored),
    ...untold(account.stored, firsts),
    ...invented(account.stored, firsts),
    ...misplaced(firsts, account.lastPosition),
    ...misordered(firsts),
    ...repeatedOtherwise(account.told),
  ];
}

/** Each message as it came for the first time. */
export function firstDeliveries(told: readonly ReceivedMessage[]): ReceivedMessage[] {
  const seen = new Set<string>();
  return told.filter(({ messageId }) => seen.size < seen.add(messageId).size);
}

/** What was acknowledged must be in history, just as the caller has it. */
export function unstored({ acknowledged, stored }: Account): string[] {
  const byCall = new Map(stored.map((change) => [change.correlationId, change]));
  return acknowledged.flatMap((change) => {
    const { address, operation, correlationId, revision, document } = change;
    const found = byCall.get(correlationId);
    const what = `${operation} of ${address} r${revision ?? '?'} (${correlationId})`;
    if (!found) return [`acknowledged, but not stored: ${what}`];
    const same =
      found.address === address &&
      found.operation === operation &&
      (revision === undefined || found.revision === revision) &&
      (document === undefined || sameJson(found.document, document));
    return same ? [] : [`acknowledged ${what}, but stored ${show(found)}`];
  });
}

/** REST must tell the history that the database has. */
export function listedOtherwise({ stored, listed }: Account): string[] {
  const inDatabase = stored.map(show).sort();
  const byRest = new Set(listed.map(show));
  const faults = inDatabase
    .filter((line) => !byRest.delete(line))
    .map((line) => `stored, but not listed by REST: ${line}`);
  return [...faults, ...[...byRest].map((line) => `listed by REST, but not stored: ${line}`)];
}

/** The counter of an address counts 1, 2, 3, ... */
export function gapsInHistory(stored: readonly StoredChange[]): string[] {
  const last = new Map<string, number>();
  return stored.flatMap((change) => {
    const before = last.get(change.address) ?? 0;
    last.set(change.address, change.revision);
    return change.revision === before + 1
      ? []
      : [`history goes from r${before} to ${show(change)}`];
  });
}

/** What is stored must be told, acknowledged or not. */
export function untold(
  stored: readonly StoredChange[],
  firsts: readonly ReceivedMessage[],
): string[] {
  const told = new Set(firsts.map(show));
  return stored
    .filter((change) => !told.has(show(change)))
    .map((change) => `stored, but not told: ${show(change)}`);
}

/** What is told must be stored, and is told by one message only. */
export function invented(
  stored: readonly StoredChange[],
  firsts: readonly ReceivedMessage[],
): string[] {
  const left = new Set(stored.map(show));
  return firsts
    .filter((message) => message.revision !== undefined && !left.delete(show(message)))
    .map((message) => `told, but not stored, or told before: ${show(message)}`);
}

/** Positions are 1, 2, 3, ... in the order of first deliveries. */
export function misplaced(firsts: readonly ReceivedMessage[], lastPosition: number): string[] {
  let before = 0;
  const faults = firsts.flatMap((message) => {
    const fits = message.position === before + 1;
    const fault = `position ${message.position} came first after ${before}: ${show(message)}`;
    before = message.position;
    return fits ? [] : [fault];
  });
  if (before !== lastPosition) faults.push(`told up to ${before}, placed up to ${lastPosition}`);
  return faults;
}

/** Of one configuration, first deliveries have the order of its revisions. */
export function misordered(firsts: readonly ReceivedMessage[]): string[] {
  const last = new Map<string, number>();
  return firsts.flatMap((message) => {
    if (message.revision === undefined) return [];
    const address = addressName(message);
    const before = last.get(address) ?? 0;
    last.set(address, message.revision);
    return message.revision > before ? [] : [`told after r${before}: ${show(message)}`];
  });
}

/** A repeated delivery is the same message, at the same position. */
export function repeatedOtherwise(told: readonly ReceivedMessage[]): string[] {
  const first = new Map<string, string>();
  return told.flatMap((message) => {
    const content = `${message.position}: ${message.timestamp} ${show(message)}`;
    const before = first.get(message.messageId) ?? content;
    first.set(message.messageId, before);
    return before === content ? [] : [`repeated otherwise: ${before}, then ${content}`];
  });
}

function show(change: StoredChange | ReceivedMessage): string {
  const address = 'address' in change ? change.address : addressName(change);
  return `${change.operation} of ${address} r${change.revision ?? '-'} (${change.correlationId})`;
}

function sameJson(text: string | null, value: unknown): boolean {
  return text !== null && JSON.stringify(JSON.parse(text)) === JSON.stringify(value);
}
