import { Gauge } from 'prom-client';
import { expect, it } from 'vitest';
import { Waiters, type Waiter } from '../../src/changes/waiters.js';
import { loadSettings } from '../../src/settings/settings.js';
import { testEnvironment } from '../support/test-tekton.js';

function waiterOf(callerTenant: string): Waiter {
  const query = {
    since: 0,
    limit: 1,
    serviceInstanceName: undefined,
    tenantId: undefined,
    readable: 'all',
  } as const;
  return { callerTenant, query, end: () => undefined };
}

it('no tenant takes the places of others', () => {
  const limits = { CHANGES_WAITING_LIMIT: '3', CHANGES_TENANT_WAITING_LIMIT: '2' };
  const waiters = new Waiters(
    new Gauge({ name: 'waiting', help: 'Of a test', registers: [] }),
    loadSettings(testEnvironment('postgres://127.0.0.1:1/test', 'nats://127.0.0.1:1', limits)),
  );
  const first = waiterOf('acme');
  waiters.add(first);
  waiters.add(waiterOf('acme'));
  expect(() => {
    waiters.add(waiterOf('acme'));
  }).toThrow('2 calls of your tenant wait for changes already');
  waiters.end(first, undefined);
  waiters.add(waiterOf('acme'));
  waiters.add(waiterOf('globex'));
  expect(() => {
    waiters.add(waiterOf('globex'));
  }).toThrow('(the option changes.waiting-limit)');
});
