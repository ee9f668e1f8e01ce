import { nkeys } from '@nats-io/transport-node';
import { expect, it, onTestFinished } from 'vitest';
import { ConfiguredNats } from '../support/configured-nats.js';
import { connectTo } from './nats-client.js';
import { JwtOperator } from './jwt-operator.js';

async function server(configuration: string): Promise<ConfiguredNats> {
  const nats = await ConfiguredNats.start(configuration);
  onTestFinished(() => nats.stop());
  return nats;
}

const REFUSED = /NATS does not let Tekton in \('?Authorization Violation'?\): look at the user/;

async function expectLetIn(client: ReturnType<typeof connectTo>): Promise<void> {
  await expect.poll(() => client.nats.isConnected).toBe(true);
  // Known to the server, which has answered.
  await client.nats.publishConfirmed([{ subject: 'a', payload: new Uint8Array(), headers: {} }]);
}

async function expectRefused(client: ReturnType<typeof connectTo>): Promise<void> {
  await expect.poll(() => client.nats.unreadyReason).toMatch(REFUSED);
  expect(client.log.text).toMatch(REFUSED);
}

it('a token, given apart or in the URL', async () => {
  const { port } = await server('authorization { token: "s3cr3t" }');
  await expectLetIn(connectTo(`nats://127.0.0.1:${port}`, { token: 's3cr3t' }));
  await expectLetIn(connectTo(`nats://s3cr3t@127.0.0.1:${port}`));
  const wrong = connectTo(`nats://127.0.0.1:${port}`, { token: 'wrong' });
  await expectRefused(wrong);
  expect(wrong.log.text).not.toContain('wrong"');
  await expectRefused(connectTo(`nats://127.0.0.1:${port}`));
});

it('a user and a password, given apart or in the URL', async () => {
  const { port } = await server('authorization { user: tekton, password: "p%/ss" }');
  const url = `nats://127.0.0.1:${port}`;
  await expectLetIn(connectTo(url, { user: 'tekton', password: 'p%/ss' }));
  await expectLetIn(connectTo(`nats://tekton:p%25%2Fss@127.0.0.1:${port}`));
  await expectLetIn(connectTo(`nats://tekton@127.0.0.1:${port}`, { password: 'p%/ss' }));
  await expectRefused(connectTo(url, { user: 'tekton', password: 'other' }));
});

it('an NKey', async () => {
  const known = nkeys.createUser();
  const { port } = await server(`authorization { users: [ { nkey: ${known.getPublicKey()} } ] }`);
  const url = `nats://127.0.0.1:${port}`;
  await expectLetIn(connectTo(url, { nkeySeed: seedOf(known) }));
  await expectRefused(connectTo(url, { nkeySeed: seedOf(nkeys.createUser()) }));
});

it('the content of a credentials file, with line ends of any kind', async () => {
  const operator = new JwtOperator();
  const { port } = await server(operator.configuration);
  const url = `nats://127.0.0.1:${port}`;
  const credentials = operator.credentials('tekton');
  await expectLetIn(connectTo(url, { credentials }));
  await expectLetIn(connectTo(url, { credentials: credentials.trimEnd() }));
  await expectLetIn(connectTo(url, { credentials: credentials.replaceAll('\n', '\r\n') }));
  await expectRefused(connectTo(url, { credentials: new JwtOperator().credentials('tekton') }));
});

it('is let in once the server knows it, and told once if it no longer does', async () => {
  const nats = await server('authorization { token: "old" }');
  const client = connectTo(`nats://127.0.0.1:${nats.port}`, { token: 'new' });
  await expectRefused(client);
  nats.reload('authorization { token: "new" }');
  await expectLetIn(client);
  nats.reload('authorization { token: "newer" }');
  await expectRefused(client);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(client.log.text.match(/Trying again\./g)).toHaveLength(1);
  nats.reload('authorization { token: "new" }');
  await expectLetIn(client);
});

function seedOf(keys: ReturnType<typeof nkeys.createUser>): string {
  return new TextDecoder().decode(keys.getSeed());
}
