import { afterEach, expect, it } from 'vitest';
import { Outages } from '../../src/auth/outages.js';
import { TokenVerifier } from '../../src/auth/token-verifier.js';
import { RemoteError } from '../../src/oauth/remote-error.js';
import { loadSettings } from '../../src/settings/settings.js';
import { Tenants } from '../../src/tenancy/tenants.js';
import { LogLines } from '../support/log-lines.js';
import { startTestIssuers } from '../support/secure-tekton.js';
import { testEnvironment } from '../support/test-tekton.js';

let tenants: Tenants;
afterEach(() => {
  tenants.stop();
});

it('the log is not told by each of many callers that there are no tenants', async () => {
  const log = new LogLines();
  const refuse = () => Promise.reject(new RemoteError('the Tenant Manager is away'));
  const away = { changes: true, list: refuse, listIds: refuse };
  tenants = new Tenants(away, 3_600_000, false, log.logger);
  await tenants.start();
  const settings = loadSettings(
    testEnvironment('postgres://x@127.0.0.1:1/x', 'nats://127.0.0.1:1'),
  );
  const verifier = new TokenVerifier(tenants, new Outages(log.logger), settings);
  const issuers = await startTestIssuers();
  for (let n = 0; n < 10; n++) {
    const token = await issuers.sign('acme', { sub: `s${n}` });
    await expect(verifier.verify(token)).rejects.toMatchObject({ status: 503 });
  }
  const told = log.text.match(/told 503/g) ?? [];
  expect(told).not.toEqual([]);
  expect(told.length).toBeLessThan(10);
  await issuers.stop();
});
