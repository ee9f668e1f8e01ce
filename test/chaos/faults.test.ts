import { expect, it } from 'vitest';
import type { ReceivedMessage } from '../support/subscriber.js';
import type { Account, StoredChange } from './account.js';
import { addressName } from './addresses.js';
import { faultsOf } from './faults.js';

const ADDRESS = addressName({ name: 'cmx', tenantID: 'kaa', appName: null, appVerName: null });

/** The revision stands for all that is distinct about a change. */
function stored(revision: number, operation = 'upsert'): StoredChange {
  const document = JSON.stringify({ n: revision });
  return { address: ADDRESS, revision, operation, correlationId: `call-${revision}`, document };
}

function told(revision: number, changed: Partial<ReceivedMessage> = {}): ReceivedMessage {
  return {
    kind: 'targeted',
    operation: 'upsert',
    name: 'cmx',
    correlationId: `call-${revision}`,
    timestamp: 0,
    tenantID: 'kaa',
    appName: null,
    appVerName: null,
    position: revision,
    revision,
    messageId: `message-${revision}`,
    ...changed,
  };
}

/** Three changes of one configuration, all as it should be but for what is given. */
function account(changed: Partial<Account> = {}): Account {
  return {
    acknowledged: [1, 2, 3].map((revision) => ({
      address: ADDRESS,
      operation: 'upsert',
      correlationId: `call-${revision}`,
      revision,
      document: { n: revision },
    })),
    stored: [stored(1), stored(2), stored(3)],
    listed: changed.stored ?? [stored(1), stored(2), stored(3)],
    told: [told(1), told(2), told(3)],
    lastPosition: 3,
    ...changed,
  };
}

it.each<[string, Partial<Account>]>([
  ['all is as it should be', {}],
  ['messages come again, all of them or some', { told: [1, 2, 1, 2, 3, 3].map((n) => told(n)) }],
])('finds nothing where %s', (_, changed) => {
  expect(faultsOf(account(changed))).toEqual([]);
});

it.each<[string, Partial<Account>, RegExp]>([
  ['an acknowledged change is lost', { stored: [stored(1), stored(2)] }, /^acknowledged, but not/],
  [
    'another document is stored',
    { stored: [stored(1), stored(2), { ...stored(3), document: '{}' }] },
    /^acknowledged upsert of cmx kaa - - r3 .* but stored/,
  ],
  ['a revision is left out', { stored: [stored(1), stored(3)] }, /^history goes from r1 to .* r3/],
  ['REST hides a change', { listed: [stored(1), stored(2)] }, /^stored, but not listed/],
  ['REST makes one up', { listed: [1, 2, 3, 4].map((n) => stored(n)) }, /^listed by REST, but not/],
  ['a message is lost', { told: [told(1), told(3)] }, /^stored, but not told: .* r2/],
  ['the last message is lost', { told: [told(1), told(2)] }, /^told up to 2, placed up to 3/],
  [
    'a message is made up',
    { told: [1, 2, 3, 4].map((n) => told(n)), lastPosition: 4 },
    /^told, but not stored/,
  ],
  [
    'a change is told by two messages',
    { told: [told(1), told(2), told(3), told(3, { messageId: 'other', position: 4 })] },
    /^told, but not stored, or told before/,
  ],
  [
    'another operation is told',
    { told: [told(1), told(2, { operation: 'delete' }), told(3)] },
    /^told, but not stored.*delete/,
  ],
  [
    'messages change places',
    { told: [told(1), told(3), told(2)] },
    /^position 3 came first after 1/,
  ],
  [
    'positions do not have the order of commits',
    { told: [told(1), told(3, { position: 2 }), told(2, { position: 3 })] },
    /^told after r3: .* r2/,
  ],
  [
    'a position is given twice',
    { told: [told(1), told(2), told(3, { position: 2 })] },
    /^position 2 came first after 2/,
  ],
  [
    'a message comes again at another position',
    { told: [told(1), told(2), told(3), told(1, { position: 4 })] },
    /^repeated otherwise/,
  ],
])('notices when %s', (_, changed, fault) => {
  expect(faultsOf(account(changed))).toContainEqual(expect.stringMatching(fault));
});
