import { connect, nkeys } from '@nats-io/transport-node';
import { expect, inject, it, onTestFinished } from 'vitest';
import { startTekton } from '../../src/start-tekton.js';
import { ConfiguredNats } from '../support/configured-nats.js';
import { createDatabase } from '../support/database.js';
import { RestClient } from '../support/rest-client.js';
import { TestAuthority } from '../support/test-certificates.js';
import { testEnvironment } from '../support/test-tekton.js';

const authority = new TestAuthority();
const known = nkeys.createUser();
const seedOf = (keys: typeof known) => new TextDecoder().decode(keys.getSeed());

/** Wants TLS, certificates of its clients, and an NKey. */
async function startServer(): Promise<ConfiguredNats> {
  const { cert, key } = authority.certify('nats', ['localhost']);
  const server = await ConfiguredNats.start(
    `tls { cert_file: "$FOLDER/nats.crt", key_file: "$FOLDER/nats.key"
           ca_file: "$FOLDER/ca.crt", verify: true }
     authorization { users: [ { nkey: ${known.getPublicKey()} } ] }`,
    { 'nats.crt': cert, 'nats.key': key, 'ca.crt': authority.cert },
  );
  onTestFinished(() => server.stop());
  return server;
}

it('tells changes by TLS, and serves on although NATS does not let it in', async () => {
  const { port } = await startServer();
  const own = authority.certify('tekton');
  const tls = { ca: authority.cert, ...own };
  const listener = await connect({
    servers: `localhost:${port}`,
    tls,
    authenticator: (nonce) => ({
      nkey: known.getPublicKey(),
      sig: nkeys.encode(known.sign(new TextEncoder().encode(nonce))),
    }),
  });
  onTestFinished(() => listener.close());
  const told: string[] = [];
  listener.subscribe('kaa.>', {
    callback: (_, { subject }) => {
      told.push(subject);
    },
  });
  await listener.flush();

  const databaseUrl = await createDatabase(inject('postgresUrl'));
  const start = async (seed: string) => {
    const tekton = await startTekton(
      testEnvironment(databaseUrl, `tls://localhost:${port}`, {
        NATS_NKEY_SEED: seed,
        NATS_TLS_CA: tls.ca,
        NATS_TLS_CERT: tls.cert,
        NATS_TLS_KEY: tls.key,
      }),
    );
    onTestFinished(() => tekton.stop());
    await tekton.ready;
    return {
      rest: new RestClient(`${tekton.restUrl}/api/v1`),
      management: new RestClient(tekton.managementUrl),
    };
  };

  const refused = await start(seedOf(nkeys.createUser()));
  expect((await refused.rest.post('/applications', { name: 'app' })).status).toBe(201);
  await expect
    .poll(async () => (await refused.management.get('/health')).text)
    .toContain('NATS does not let Tekton in');
  expect((await refused.management.get('/health/ready')).status).toBe(200);
  expect(told).toEqual([]);

  await start(seedOf(known));
  await expect.poll(() => told).toEqual(['kaa.v1.events.tekton.service.configuration.upsert']);
});
