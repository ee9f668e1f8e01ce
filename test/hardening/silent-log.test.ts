import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { SettingsError } from '../../src/settings/settings-error.js';
import { loadSettings } from '../../src/settings/settings.js';
import { ConfiguredNats } from '../support/configured-nats.js';
import { createDatabase, withDatabase } from '../support/database.js';
import { PlayedKeycloak } from '../support/played-keycloak.js';
import { AUDIENCE, bearing, startTestIssuers, TENANT_IDS } from '../support/secure-tekton.js';
import { TektonProcess } from '../support/tekton-process.js';
import type { TestIssuers } from '../support/test-issuers.js';
import { testEnvironment } from '../support/test-tekton.js';
import { liveThroughADay } from './eventful-day.js';
import { Marks } from './marks.js';

const SCOPE =
  'tenant:application:create application:read application:update application:delete ' +
  'kaa:application:create kaa:application:read kaa:application:update';

let issuers: TestIssuers;
let nats: ConfiguredNats;
let marks: Marks;
const natsPassword = 'mark-of-the-password-of-nats-9f3b';
beforeAll(async () => {
  issuers = await startTestIssuers();
  nats = await ConfiguredNats.start(
    `authorization: { users: [{ user: tekton, password: "${natsPassword}" }] }`,
  );
});
afterAll(async () => {
  await nats.stop();
  await issuers.stop();
});
beforeEach(() => {
  marks = new Marks();
});

/** The settings of a Tekton that tells everything, with marked secrets. */
async function markedEnvironment(more: Record<string, string> = {}) {
  const database = new URL(await createDatabase(inject('postgresUrl')));
  marks.note('the password of PostgreSQL', database.password);
  marks.note('the password of NATS', natsPassword);
  const tenants = TENANT_IDS.map((id) => ({
    id,
    issuer: issuers.issuerOf(id),
    audience: AUDIENCE,
    clientId: 'tekton',
    clientSecret: marks.for(`the secret of a client of ${id}`),
  }));
  return testEnvironment(database.href, `nats://tekton:${natsPassword}@127.0.0.1:${nats.port}`, {
    LOG_LEVEL: 'trace',
    LOGGING_AUDIT: 'true',
    KAA_SECURITY_ENABLED: 'true',
    KAA_TENANCY_TENANTS: JSON.stringify(tenants),
    ...more,
  });
}

async function markedToken(what: string, claims: Record<string, unknown>, tenant = 'acme') {
  return marks.note(what, await issuers.sign(tenant, claims));
}

/** What a Tekton has printed in its whole life. */
async function printedBy(tekton: TektonProcess): Promise<string> {
  await tekton.end();
  return tekton.stdout + tekton.stderr;
}

function messageOf(refused: () => unknown): string {
  try {
    refused();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

/** No token, no credentials: also of those that nobody marked. */
function expectSilent(printed: string): void {
  expect(marks.foundIn(printed)).toEqual([]);
  expect(printed).not.toMatch(/eyJ[\w-]{10,}\.[\w-]+/);
  expect(printed).not.toMatch(/\b(Bearer|Basic) [\w+/=-]{8,}/);
  expect(printed).not.toMatch(/:\/\/[^/\s"]*:[^/\s"@]*@/);
}

describe('what Tekton prints holds no secret, token or document', () => {
  it('of a day on which all goes well, and callers do all they can', async () => {
    const tekton = new TektonProcess(await markedEnvironment());
    const rest = await tekton.serving();
    await tekton.waitForLog('NATS is connected');
    const good = await markedToken('a token', { scope: SCOPE });
    const statuses = await liveThroughADay(bearing(rest, good), marks);
    const seen = [...new Set(statuses)];
    expect(seen).toEqual(expect.arrayContaining([200, 201, 204, 400, 404, 412, 415]));
    const platform = await markedToken('a token of the platform', { scope: SCOPE }, 'kaa');
    await liveThroughADay(bearing(rest, platform), marks);
    const refused = [
      await markedToken('an expired token', { exp: 1 }),
      await markedToken('a token for others', { aud: 'others' }),
      await markedToken('a token of nobody', { iss: 'http://127.0.0.1:1/nobody' }),
      await markedToken('a token with a new key', {}, 'globex').then((token) => `${token}x`),
      marks.for('what is no token'),
    ];
    for (const token of refused) {
      expect((await bearing(rest, token).get('/applications')).status).toBe(401);
    }
    issuers.setFault('globex', 'error');
    const unchecked = await markedToken('a token whose keys are away', {}, 'globex');
    // By the keys that are known.
    expect((await bearing(rest, unchecked).get('/applications')).status).toBe(200);
    issuers.setFault('globex', 'none');
    const inQuery = await rest.get(`/applications?access_token=${good}`);
    expect(inQuery.status).toBe(400);
    tekton.signal('SIGTERM');
    const printed = await printedBy(tekton);
    expect(printed).toContain('"msg":"Answered"');
    expect(printed).toContain('"level":"debug"');
    expectSilent(printed);
  });

  it('of a day on which NATS refuses it, and then comes', async () => {
    const password = marks.for('a wrong password of NATS');
    const tekton = new TektonProcess(
      await markedEnvironment({ NATS_URL: `nats://tekton:${password}@127.0.0.1:${nats.port}` }),
    );
    const rest = await tekton.serving();
    const token = await markedToken('a token', { scope: SCOPE });
    await liveThroughADay(bearing(rest, token), marks);
    await expect.poll(() => tekton.stdout).toMatch(/"level":"warn".*NATS/);
    tekton.signal('SIGTERM');
    expectSilent(await printedBy(tekton));
  });

  it('of a day on which the database fails in the middle of a change', async () => {
    const environment = await markedEnvironment();
    const { DATABASE_URL: url = '' } = environment;
    await withDatabase(url, new URL(url).pathname.slice(1), (client) =>
      client.query('ALTER TABLE configurations ADD CONSTRAINT never CHECK (revision < 0)'),
    );
    const tekton = new TektonProcess(environment);
    const rest = bearing(await tekton.serving(), await markedToken('a token', { scope: SCOPE }));
    expect(await liveThroughADay(rest, marks)).toContain(500);
    tekton.signal('SIGTERM');
    const printed = await printedBy(tekton);
    expect(printed).toContain('A request failed');
    expectSilent(printed);
  });

  it('of a day on which there is no database', async () => {
    const tekton = new TektonProcess(
      await markedEnvironment({
        DATABASE_URL: `postgres://tekton:${marks.for('a password')}@127.0.0.1:1/tekton`,
      }),
    );
    await expect.poll(() => tekton.stdout).toContain('The database cannot be used yet');
    tekton.signal('SIGTERM');
    expectSilent(await printedBy(tekton));
  });

  it('of a day on which Keycloak decides, or fails to', async () => {
    const clientSecret = marks.for('the secret of a client of Keycloak');
    const client = [{ clientId: 'tekton', clientSecret }] as const;
    const keycloak = await PlayedKeycloak.start({
      realms: { kaa: client, acme: client },
    });
    const realm = keycloak.realm('acme');
    const tenants = ['kaa', 'acme'].map((id) => ({
      ...{ id, issuer: keycloak.realm(id).issuer, clientId: 'tekton', clientSecret },
    }));
    const tekton = new TektonProcess(
      await markedEnvironment({
        KAA_SECURITY_AUTHORIZATION: 'uma',
        KAA_SECURITY_UMA_DECISION_LIFETIME: '0',
        KAA_TENANCY_TENANTS: JSON.stringify(tenants),
      }),
    );
    const token = marks.note('a token', await realm.tokenFor({ sub: 'alice' }));
    const rest = bearing(await tekton.serving(), token);
    const scopes = ['tenant:application:create'];
    realm.resources.add({ name: 'tenant-system', owner: 'tekton', scopes });
    realm.grant('alice', '*', SCOPE.split(' '));
    expect(await liveThroughADay(rest, marks)).toContain(201);
    for (const fault of ['error', 'garbage', 'refuse', 'forbid'] as const) {
      for (const kind of ['token', 'decision', 'resources', 'discovery'] as const) {
        realm.setFault(kind, fault);
      }
      await rest.get('/applications');
      await rest.post('/applications', { name: 'kettle' });
    }
    tekton.signal('SIGTERM');
    expectSilent(await printedBy(tekton));
    await keycloak.stop();
  });

  it('of a day on which the Tenant Manager is away', async () => {
    const tekton = new TektonProcess(
      await markedEnvironment({
        KAA_TENANCY_TENANTS: '',
        KAA_TENANT_MANAGER_URL: 'http://127.0.0.1:1',
        KAA_TENANT_MANAGER_ISSUER: issuers.issuerOf('kaa'),
        KAA_TENANT_MANAGER_CLIENT_ID: 'tekton',
        KAA_TENANT_MANAGER_CLIENT_SECRET: marks.for('the secret of a client at the issuer'),
      }),
    );
    await tekton.serving();
    await expect.poll(() => tekton.stdout).toMatch(/"level":"(warn|error)".*[Tt]enant/);
    tekton.signal('SIGTERM');
    expectSilent(await printedBy(tekton));
  });

  it('of a URL of the Tenant Manager that is at fault', async () => {
    const url = `ftp://tekton:${marks.for('the password of the Tenant Manager')}@host`;
    const tekton = new TektonProcess(await markedEnvironment({ KAA_TENANT_MANAGER_URL: url }));
    expect(await tekton.end()).toMatchObject({ code: 78 });
    expectSilent(await printedBy(tekton));
  });

  it('of settings that are at fault', async () => {
    const secret = (what: string) => marks.for(what);
    const file = join(mkdtempSync(join(tmpdir(), 'tekton-settings-')), 'service-config.yml');
    writeFileSync(
      file,
      `nats: {password: [${secret('a list of passwords')}], token: {a: ${secret('a token in YAML')}}}\n`,
    );
    const sound = await markedEnvironment();
    for (const environment of [
      { DATABASE_URL: `mysql://u:${secret('the password of another database')}@h/d` },
      { DATABASE_URL: `postgres://u:${secret('a malformed password')}%@h/d` },
      { NATS_URL: `http://u:${secret('the password of no NATS')}@h` },
      { NATS_URL: `nats://u:p@h,nats://u:${secret('a malformed password of NATS')}%@h` },
      { KAA_TENANCY_TENANTS: `[{"clientSecret":"${secret('a secret in malformed JSON')}"` },
      { KAA_TENANCY_TENANTS: `[{"id":"a","clientSecret":"${secret('a secret with no issuer')}"}]` },
      { KAA_TENANCY_TENANTS: `{"clientSecret":"${secret('a secret in no list')}"}` },
      { NATS_NKEY_SEED: secret('a seed') },
      { NATS_CREDENTIALS: secret('credentials') },
      { NATS_TLS_KEY: secret('a key') },
      { DATABASE_TLS_KEY: secret('a key for PostgreSQL') },
      { NATS_URL: 'nats://h', NATS_PASSWORD: secret('a password without a user') },
      { NATS_TOKEN: secret('a token beside a password'), NATS_USER: 'u', NATS_PASSWORD: 'p' },
      { KAA_TENANT_MANAGER_CLIENT_SECRET: secret('a secret without a client') },
      { TEKTON_CONFIG_FILE: file },
    ]) {
      // All that the process prints then, as the test before shows.
      const refused = () => loadSettings({ ...sound, ...environment });
      expect(refused).toThrow(SettingsError);
      expectSilent(messageOf(refused));
    }
  });
});
