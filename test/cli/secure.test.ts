import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSecureTekton, type SecureTekton } from '../support/secure-tekton.js';
import { Shell, withoutVersion } from './run-tekton.js';

const SCOPE = 'application:read application:update tenant:application:create';
const OPERATOR = {
  clientId: 'operator',
  clientSecret: 'only for tests',
  scopes: SCOPE.split(' '),
};

describe('tekton, with security on', () => {
  let test: SecureTekton;
  let url: string;

  beforeAll(async () => {
    test = await startSecureTekton({}, [OPERATOR]);
    url = withoutVersion(test.rest.baseUrl);
    const acme = await test.as('acme', { scope: SCOPE });
    await acme.post('/applications', { name: 'of-acme' });
  });
  afterAll(() => test.stop());

  const loginOf = (tenantId: 'acme' | 'globex') => ({
    TEKTON_URL: url,
    TEKTON_ISSUER: test.issuers.issuerOf(tenantId),
    TEKTON_CLIENT_ID: OPERATOR.clientId,
  });

  it('asks for a token where none is given', async () => {
    const { code, stderr } = await Shell.inTest({ TEKTON_URL: url }).tekton('applications');
    expect(stderr).toMatch(/TEKTON_TOKEN, or call: tekton login/);
    expect(code).toBe(4);
  });

  it('takes a token from the environment', async () => {
    const token = await test.issuers.sign('acme', { scope: SCOPE });
    const shell = Shell.inTest({ TEKTON_URL: url, TEKTON_TOKEN: token });
    expect((await shell.tekton('applications')).stdout).toContain('of-acme');
    expect((await shell.tekton('put cmx of-acme', '{"a":1}')).code).toBe(0);
  });

  it.each([
    ['forged', 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln'],
    ['no token', 'ä'],
  ])('says that a token is not good: %s', async (_name, token) => {
    const shell = Shell.inTest({ TEKTON_URL: url, TEKTON_TOKEN: token });
    const { code, stderr } = await shell.tekton('applications');
    expect(code).toBe(token === 'ä' ? 2 : 4);
    expect(stderr).not.toContain(token);
  });

  it('says that a right is missing', async () => {
    const token = await test.issuers.sign('acme', { scope: 'application:read' });
    const shell = Shell.inTest({ TEKTON_URL: url, TEKTON_TOKEN: token });
    expect((await shell.tekton('put cmx of-acme', '{"a":2}')).code).toBe(4);
    expect((await shell.tekton('applications --tenant globex')).code).toBe(4);
  });

  it('does not tell the application of another tenant from none', async () => {
    const token = await test.issuers.sign('globex', { scope: SCOPE });
    const shell = Shell.inTest({ TEKTON_URL: url, TEKTON_TOKEN: token });
    const other = await shell.tekton('get cmx of-acme');
    const none = await shell.tekton('get cmx of-nobody');
    expect(other.code).toBe(5);
    expect(other.stderr.replaceAll('of-acme', 'of-nobody')).toBe(none.stderr);
  });

  it('logs in, keeps the token where nobody else can read it, and forgets it', async () => {
    const shell = Shell.inTest(loginOf('acme'));
    shell.file('secret', `${OPERATOR.clientSecret}\n`);
    const login = await shell.tekton('login --client-secret-file secret');
    expect(login.stderr).toMatch(
      /^Logged in to http.* as operator, until 20\d\d-.*The token is in \//,
    );
    expect(login).toMatchObject({ code: 0, stdout: '' });

    const file = join(shell.folder, 'tekton', 'credentials.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain(OPERATOR.clientSecret);
    expect((await shell.tekton('applications')).stdout).toContain('of-acme');
    // Another Tekton is not given it.
    expect((await shell.tekton(`applications --url ${url}/other`)).code).not.toBe(0);

    expect((await shell.tekton('logout')).stderr).toBe(`Logged out of ${url}\n`);
    expect((await shell.tekton('applications')).code).toBe(4);
  });

  it('says that a login has expired', async () => {
    const shell = Shell.inTest(loginOf('acme'));
    shell.file('secret', OPERATOR.clientSecret);
    await shell.tekton('login --client-secret-file secret');
    const file = join(shell.folder, 'tekton', 'credentials.json');
    const held = readFileSync(file, 'utf8').replace(/"expiresAt": \d+/, '"expiresAt": 1');
    writeFileSync(file, held);
    const { code, stderr } = await shell.tekton('applications');
    expect(stderr).toMatch(/has expired. Log in again: tekton login/);
    expect(code).toBe(4);
  });

  it('gets a token for each call by client credentials in the environment', async () => {
    const shell = Shell.inTest({
      ...loginOf('acme'),
      TEKTON_CLIENT_SECRET: OPERATOR.clientSecret,
      TEKTON_SCOPE: SCOPE,
    });
    expect((await shell.tekton('applications')).stdout).toContain('of-acme');
  });

  it('says that the issuer does not take the credentials, or is away', async () => {
    const wrong = Shell.inTest({ ...loginOf('acme'), TEKTON_CLIENT_SECRET: 'wrong' });
    const refused = await wrong.tekton('login');
    expect(refused.stderr).toMatch(/No access token from/);
    expect(refused.stderr).not.toContain('wrong');
    expect(refused.code).toBe(4);
    const away = await wrong.tekton('login --issuer http://127.0.0.1:9');
    expect(away.code).toBe(6);
  });
});
