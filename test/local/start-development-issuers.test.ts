import { decodeJwt } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import type { RunningPart } from '../../src/local/local-parts.js';
import { startDevelopmentIssuers } from '../../src/local/start-development-issuers.js';

function start(env: NodeJS.ProcessEnv) {
  const started = ({ stop }: RunningPart) => {
    onTestFinished(stop);
  };
  return startDevelopmentIssuers({ env, started });
}

test('Tekton is told of the tenants by the very issuers that their tokens name', async () => {
  const env: NodeJS.ProcessEnv = { DEVELOPMENT_ISSUER_PORT: '0' };
  const issuers = await start(env);
  expect(env).toMatchObject({
    KAA_SECURITY_ENABLED: 'true',
    KAA_TENANCY_SOURCE: 'static',
    HTTP_HOST: '127.0.0.1',
  });
  const tenants = JSON.parse(env.KAA_TENANCY_TENANTS ?? '') as { id: string }[];
  expect(tenants.map(({ id }) => id)).toEqual(['kaa', 'acme', 'globex']);
  for (const { id, ...tenant } of tenants) {
    const { iss, aud } = decodeJwt(await issuers.token(id, 'dashboard'));
    expect(tenant).toEqual({ issuer: iss, audience: aud });
  }
});

test('what the environment says already stays', async () => {
  const env = { DEVELOPMENT_ISSUER_PORT: '0', HTTP_HOST: '::1', KAA_TENANCY_TENANTS_FILE: '/x' };
  await start(env);
  expect(env).toMatchObject({ HTTP_HOST: '::1', KAA_TENANCY_TENANTS_FILE: '/x' });
  expect(env).not.toHaveProperty('KAA_TENANCY_TENANTS');
});

test('a port that is taken or none is said, with what to do', async () => {
  const { port } = new URL((await start({ DEVELOPMENT_ISSUER_PORT: '0' })).url);
  await expect(start({ DEVELOPMENT_ISSUER_PORT: port })).rejects.toThrow(/uses the port.*Choose/);
  for (const wrong of ['x', '-1', '65536']) {
    await expect(start({ DEVELOPMENT_ISSUER_PORT: wrong })).rejects.toThrow(/must be a port/);
  }
});
