import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AccessTokens } from '../../client/src/access-tokens.js';
import { checkOptions } from '../../client/src/options.js';
import { ClientTest } from './watched-client.js';

/** An issuer that may fall silent: it takes connections, and says nothing. */
let server: Server;
let isSilent: boolean;
let given: number;

beforeEach(async () => {
  isSilent = false;
  given = 0;
  server = createServer((request, response) => {
    if (isSilent) return;
    const issuer = issuerUrl();
    response.setHeader('content-type', 'application/json');
    const answer = request.url?.includes('.well-known')
      ? { issuer, token_endpoint: `${issuer}/token` }
      : { access_token: `token-${++given}`, token_type: 'Bearer', expires_in: 2 };
    response.end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
});

const issuerUrl = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const tokens = () =>
  new AccessTokens({ issuer: issuerUrl(), clientId: 'a', clientSecret: 'b' }, 300);

it('a token is used as long as it is good although the issuer is silent', async () => {
  const { source } = tokens();
  expect(await source(false)).toBe('token-1');
  isSilent = true;
  const begin = performance.now();
  const used = new Set<string>();
  // Until shortly before it expires, well into the time in which it would be renewed.
  while (performance.now() - begin < 1900) {
    used.add(await source(false));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect([...used]).toEqual(['token-1']);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await expect(source(false)).rejects.toThrow('No access token');
  isSilent = false;
  await expect.poll(() => Promise.resolve(source(false)).catch(() => undefined)).toBe('token-2');
});

it('a token is renewed beside its use', async () => {
  const { source } = tokens();
  expect(await source(false)).toBe('token-1');
  await expect.poll(() => source(false)).toBe('token-2');
});

it('what is no token is shown to nobody', async () => {
  const test = await ClientTest.start();
  try {
    const watched = test.client({ token: () => 'secret\nof mine', limits: { startTimeout: 100 } });
    const start = watched.client.start().catch(() => undefined);
    await expect.poll(() => watched.all('problem').length).toBeGreaterThan(0);
    expect(watched.all('problem')[0]?.message).toContain('RFC 6750');
    expect(watched.all('problem')[0]?.message).not.toContain('secret');
    await watched.client.close();
    await start;
  } finally {
    await test.stop();
  }
});

it('a URL that may hold a password is not shown', () => {
  const options = { nats: 'nats://127.0.0.1', serviceInstanceName: 'epts' };
  for (const url of ['https//user:s3cret@host', 'ftp://user:s3cret@host']) {
    expect(() => checkOptions({ ...options, url })).toThrow('url must be an http or https URL');
    expect(() => checkOptions({ ...options, url })).not.toThrow('s3cret');
  }
});
