import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { ConfiguredNats } from '../support/configured-nats.js';
import { TestAuthority, type TestCertificate } from '../support/test-certificates.js';
import { connectTo } from './nats-client.js';

const authority = new TestAuthority();
const { cert: ca } = authority;
let own: TestCertificate;
beforeAll(() => {
  own = authority.certify('tekton');
});

/** A server that is known by one host name or address. */
async function server(host: string, more = ''): Promise<ConfiguredNats> {
  const { cert, key } = authority.certify('nats', [host]);
  const nats = await ConfiguredNats.start(
    `tls { cert_file: "$FOLDER/nats.crt", key_file: "$FOLDER/nats.key", ${more} }`,
    { 'nats.crt': cert, 'nats.key': key, 'ca.crt': ca },
  );
  onTestFinished(() => nats.stop());
  return nats;
}

it.each(['localhost', '127.0.0.1'])('reaches a server that is known as %s', async (host) => {
  const { port } = await server(host);
  for (const scheme of ['tls', 'nats']) {
    const { nats } = connectTo(`${scheme}://${host}:${port}`, { tls: { ca } });
    await expect.poll(() => nats.isConnected).toBe(true);
  }
});

it('does not trust a server whose certificate is of somebody else, and says so', async () => {
  const { port } = await server('localhost');
  const other = new TestAuthority('Somebody else').cert;
  for (const tls of [{ ca: other }, {}]) {
    const { nats, log } = connectTo(`tls://localhost:${port}`, { tls });
    await expect
      .poll(() => nats.unreadyReason)
      .toMatch(/its certificate is refused: .*nats\.tls\.ca/);
    expect(log.text).toContain('its certificate is refused');
  }
});

it.each([
  ['nats.example.com', 'localhost'],
  ['localhost', '127.0.0.1'],
  ['127.0.0.2', '127.0.0.1'],
])('does not trust a certificate for %s at %s', async (named, host) => {
  const { port } = await server(named);
  const { nats } = connectTo(`tls://${host}:${port}`, { tls: { ca } });
  await expect.poll(() => nats.unreadyReason).toMatch(/does not match certificate/);
});

it('shows its own certificate to a server that wants one', async () => {
  const { port } = await server('localhost', 'ca_file: "$FOLDER/ca.crt", verify: true');
  const { nats } = connectTo(`tls://localhost:${port}`, { tls: { ca, ...own } });
  await expect.poll(() => nats.isConnected).toBe(true);
  const without = connectTo(`tls://localhost:${port}`, { tls: { ca } });
  await expect.poll(() => without.nats.unreadyReason).toMatch(/NATS cannot be reached: timeout/);
});

it('makes no connection without TLS where it is wanted', async () => {
  const plain = await ConfiguredNats.start('');
  onTestFinished(() => plain.stop());
  for (const [scheme, tls] of [
    ['tls', {}],
    ['nats', { ca }],
  ] as const) {
    const { nats } = connectTo(`${scheme}://localhost:${plain.port}`, { tls });
    await expect.poll(() => nats.unreadyReason).toMatch(/does not support 'tls'/);
  }
});

it('connects again by TLS after the server was restarted', async () => {
  const nats = await server('localhost');
  const { nats: connection } = connectTo(`tls://localhost:${nats.port}`, { tls: { ca } });
  await expect.poll(() => connection.isConnected).toBe(true);
  await nats.end();
  await nats.startAgain();
  await expect.poll(() => connection.reconnects).toBe(1);
  await expect.poll(() => connection.isConnected).toBe(true);
});
