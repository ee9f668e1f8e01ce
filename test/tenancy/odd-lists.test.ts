import { afterEach, describe, expect, it } from 'vitest';
import { PlayedServer, type PlayedAnswer, type PlayedRequest } from '../support/played-server.js';
import { managedTenant, type ManagedTenant } from '../support/played-tenant-manager.js';
import { bearing, startTestIssuers } from '../support/secure-tekton.js';
import type { TestIssuers } from '../support/test-issuers.js';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';

/** A Tenant Manager that answers in ways in which one should not. */
let manager: PlayedServer;
let issuers: TestIssuers;
let test: TestTekton;
afterEach(async () => {
  await test.stop();
  await manager.stop();
  await issuers.stop();
});

type Answering = (request: PlayedRequest, tenants: ManagedTenant[]) => PlayedAnswer;

async function startWith(answer: Answering): Promise<void> {
  issuers = await startTestIssuers();
  const tenants = (['acme', 'globex', 'kaa'] as const).map((id) =>
    managedTenant(id, { issuer: issuers.issuerOf(id) }),
  );
  manager = await PlayedServer.start((request) => answer(request, tenants));
  test = await startTestTekton({
    KAA_SECURITY_ENABLED: 'true',
    KAA_TENANT_MANAGER_URL: `${manager.url}/`,
    KAA_TENANT_MANAGER_TIMEOUT: '5',
    KAA_TENANT_MANAGER_PAGE_SIZE: '2',
    KAA_TENANCY_REFRESH_INTERVAL: '3600',
  });
}

async function whyNotReady(): Promise<string> {
  const { status, text } = await test.management.get('/health/ready');
  return status === 200 ? 'ready' : text;
}

async function statusOf(tenantId: string): Promise<number> {
  const caller = bearing(test.rest, await issuers.sign(tenantId));
  return (await caller.get('/applications')).status;
}

const page = (count: unknown, results: unknown): PlayedAnswer => ({
  status: 200,
  body: { count, results },
});

const offsetOf = ({ query }: PlayedRequest) => Number(query.get('offset'));

describe('a list is not taken', () => {
  it.each<[what: string, why: RegExp, answer: Answering]>([
    ['with fewer than it says', /says that there are 9/, (_, tenants) => page(9, tenants)],
    ['with more than it says', /different tenants/, (_, tenants) => page(2, tenants)],
    ['with one of them twice', /2 different tenants/, (_, [a, b]) => page(3, [a, b, a])],
    ['without a count', /without a list/, (_, tenants) => page(undefined, tenants)],
    ['with a count that is a text', /without a list/, (_, tenants) => page('3', tenants)],
    ['with a count that is no whole number', /without a list/, (_, tenants) => page(3.5, tenants)],
    ['without results', /without a list/, () => page(3, undefined)],
    ['with results that are an object', /without a list/, () => page(3, { length: 3 })],
    ['that is null', /without a list/, () => ({ status: 200, body: null })],
    ['that is a list itself', /without a list/, (_, tenants) => ({ status: 200, body: tenants })],
    ['that is not found', /404/, () => ({ status: 404 })],
    ['that is somewhere else', /302/, () => ({ status: 302 })],
    ['that is too large', /bytes/, () => page(1, ['x'.repeat(17 * 1024 * 1024)])],
    [
      'that never ends',
      /without an end/,
      (request) =>
        page(
          2 ** 40,
          Array.from({ length: 200_000 }, (_, n) => ({ id: offsetOf(request) + n })),
        ),
    ],
  ])('%s', async (_, why, answer) => {
    await startWith(answer);
    await expect.poll(whyNotReady, { timeout: 25_000 }).toMatch(why);
    expect(await statusOf('acme')).toBe(503);
  });
});

describe('a list that changes while it is read', () => {
  it('is read again until it holds together', async () => {
    let shifts = 2;
    await startWith((request, tenants) => {
      const offset = offsetOf(request);
      // What was at the end comes to the front after the first page was read.
      const isShifted = offset > 0 && shifts-- > 0;
      const order = isShifted ? [tenants[2], tenants[0], tenants[1]] : tenants;
      return page(3, order.slice(offset, offset + 2));
    });
    await expect.poll(whyNotReady).toBe('ready');
    for (const id of ['acme', 'globex', 'kaa']) expect(await statusOf(id)).toBe(200);
  });

  it('is read on though pages are shorter than was asked for', async () => {
    await startWith((request, tenants) =>
      page(3, tenants.slice(offsetOf(request), offsetOf(request) + 1)),
    );
    await expect.poll(whyNotReady).toBe('ready');
    for (const id of ['acme', 'globex', 'kaa']) expect(await statusOf(id)).toBe(200);
  });
});

it('an empty list is one: nobody is served', async () => {
  await startWith(() => page(0, []));
  await expect.poll(whyNotReady).toBe('ready');
  expect(await statusOf('acme')).toBe(401);
});
