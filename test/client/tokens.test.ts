import { setTimeout as sleep } from 'node:timers/promises';
import type { TektonClientOptions } from 'tekton-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Scope } from '../../src/auth/scopes.js';
import { TestIssuers } from '../support/test-issuers.js';
import { AUDIENCE, bearing, securityEnvironment, TENANT_IDS } from '../support/secure-tekton.js';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';
import { optionsFor, WatchedClient } from './watched-client.js';

const SERVICE = {
  clientId: 'epts',
  clientSecret: 'secret of: epts & co/+%',
  scopes: [Scope.PlatformApplicationRead],
};
const TOKEN_SECONDS = 2;

describe('the tokens of a client', () => {
  let issuers: TestIssuers;
  let test: TestTekton;
  const clients: WatchedClient[] = [];

  beforeAll(async () => {
    issuers = await TestIssuers.start({
      tenants: TENANT_IDS.map((id) => ({ id, audience: AUDIENCE, clients: [SERVICE] })),
      tokenSeconds: TOKEN_SECONDS,
    });
    test = await startTestTekton({
      ...securityEnvironment(issuers),
      // So that a token is refused as soon as it has expired.
      KAA_SECURITY_CLOCK_LEEWAY: '0',
    });
    await write({ autoExtraction: true });
  });
  afterAll(async () => {
    await test.stop();
    await issuers.stop();
  });
  afterEach(async () => {
    issuers.setFault('kaa', 'none');
    await Promise.all(clients.splice(0).map(({ client }) => client.close()));
  });

  /** As acme's dashboard. */
  async function write(document: unknown): Promise<void> {
    const claims = { scope: [...Object.values(Scope)].join(' ') };
    const rest = bearing(test.rest, await issuers.sign('acme', claims));
    await rest.post('/applications', { name: 'acme_kettle' });
    const path = '/app-configs/applications/acme_kettle?serviceInstanceName=epts';
    expect((await rest.put(path, document)).status).toBeLessThan(300);
  }

  function client(options: Partial<TektonClientOptions>): WatchedClient {
    const watched = new WatchedClient(optionsFor(test, options));
    clients.push(watched);
    return watched;
  }

  const credentials = () => ({ issuer: issuers.issuerOf('kaa'), ...SERVICE });
  it('are got by client credentials, for what all tenants have, and renewed before they expire', async () => {
    const watched = client({ token: credentials() });
    await watched.client.start();
    const before = issuers.requests('kaa');
    // Longer than a token lives.
    for (let round = 0; round < 6; round++) {
      await sleep((TOKEN_SECONDS * 1000) / 4);
      await write({ timeSeries: [{ name: 'a'.repeat(round + 1) }] });
      await expect
        .poll(() => watched.client.config({ appName: 'acme_kettle' }))
        .toEqual({ timeSeries: [{ name: 'a'.repeat(round + 1) }] });
    }
    expect(issuers.requests('kaa').token).toBeGreaterThan(before.token);
    expect(issuers.requests('kaa').discovery).toBe(before.discovery);
    expect(watched.all('problem')).toEqual([]);
  });

  it('need one scope only, also for what tenants have', async () => {
    const watched = client({ token: credentials() });
    await watched.client.start();
    const scope = Scope.PlatformApplicationUpdate;
    const rest = bearing(test.rest, await issuers.sign('kaa', { scope }));
    const path = '/tenant-configs?tenantId=acme&serviceInstanceName=epts';
    for (const retentionDays of [1, 2]) {
      expect((await rest.put(path, { retentionDays })).status).toBeLessThan(300);
      await expect
        .poll(() => watched.client.config({ tenantId: 'acme' }))
        .toEqual({ retentionDays });
    }
    expect(watched.all('problem')).toEqual([]);
  });

  it('may expire while the issuer is away: what was missed is read once it is back', async () => {
    const watched = client({ token: credentials() });
    await watched.client.start();
    issuers.setFault('kaa', 'refuse');
    await sleep(TOKEN_SECONDS * 1000 + 200);
    await write({ autoExtraction: false });
    await expect
      .poll(() => watched.all('problem').map(({ message }) => message))
      .toContainEqual(expect.stringContaining('No access token from'));
    expect(watched.client.config({ appName: 'acme_kettle' })).not.toEqual({
      autoExtraction: false,
    });
    issuers.setFault('kaa', 'none');
    await expect
      .poll(() => watched.client.config({ appName: 'acme_kettle' }))
      .toEqual({ autoExtraction: false });
  });

  it('come from a function, which is asked for another one when one is refused', async () => {
    const scope = Scope.PlatformApplicationRead;
    const good = await issuers.sign('kaa', { scope });
    const expired = await issuers.sign('kaa', { scope, exp: Math.floor(Date.now() / 1000) - 10 });
    const asked: boolean[] = [];
    let current = expired;
    const watched = client({
      token: (renew) => {
        asked.push(renew);
        if (renew) current = good;
        return current;
      },
    });
    await watched.client.start();
    expect(watched.client.config({ appName: 'acme_kettle' })).toBeDefined();
    await expect.poll(() => asked.slice(0, 3)).toEqual([false, true, false]);
  });

  it('that are not enough are told: the service does not start', async () => {
    const watched = client({ token: () => 'nonsense' });
    await expect(watched.client.start()).rejects.toThrow(/GET \/bulk was answered with 401: /);
    const none = client({});
    await expect(none.client.start()).rejects.toThrow(/needs an access token/);
  });

  it('that the issuer does not give, with what it says about that', async () => {
    const watched = client({ token: { ...credentials(), clientSecret: 'wrong' } });
    await expect(watched.client.start()).rejects.toThrow(
      /^No access token from http:\S+: (invalid_client|it does not take these client credentials)/,
    );
  });

  it('that a function cannot give are waited for', async () => {
    const good = await issuers.sign('kaa', { scope: Scope.PlatformApplicationRead });
    let tries = 0;
    const watched = client({
      token: () => {
        if (++tries < 3) throw new Error('the vault is sealed');
        return good;
      },
    });
    await watched.client.start();
    expect(watched.all('problem')[0]?.message).toBe('No access token: the vault is sealed');
  });
});
