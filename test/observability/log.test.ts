import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { ROUTES } from '../auth/route-calls.js';
import { send } from '../fuzz/raw-client.js';
import { Marks } from '../hardening/marks.js';
import { ConfiguredNats } from '../support/configured-nats.js';
import { createDatabase } from '../support/database.js';
import type { Answer, RestClient } from '../support/rest-client.js';
import { AUDIENCE, bearing, startTestIssuers, TENANT_IDS } from '../support/secure-tekton.js';
import { TektonProcess } from '../support/tekton-process.js';
import type { TestIssuers } from '../support/test-issuers.js';
import { testEnvironment } from '../support/test-environment.js';
import { auditedWrites } from './audited-writes.js';

/** What would be a line of its own if it came into the log as it is. */
const FORGED = '\n{"level":"fatal","audit":true,"msg":"forged"}\n\u2028\u009b2K\u0000';
const SCOPE =
  'tenant:application:create application:read application:update application:delete ' +
  'kaa:application:create kaa:application:read kaa:application:update kaa:tenant:configuration:read';
/** Tokens with control characters in such names are refused. */
const FORGED_NAME = 'eve"}{"level":"fatal","msg":"forged';
const CALLER = { callerTenant: 'kaa', subject: FORGED_NAME, client: FORGED_NAME };

const marks = new Marks();
const natsPassword = marks.note('the password of NATS', 'qnatspasswordq');
let letters = 0;
let issuers: TestIssuers;
let nats: ConfiguredNats;
let tekton: TektonProcess;
let rest: RestClient;
let known: RestClient;
beforeAll(async () => {
  issuers = await startTestIssuers();
  nats = await ConfiguredNats.start(
    `authorization: { users: [{ user: tekton, password: "${natsPassword}" }] }`,
  );
  const database = new URL(await createDatabase(inject('postgresUrl')));
  marks.note('the password of PostgreSQL', database.password);
  const tenants = TENANT_IDS.map((id) => ({
    id,
    issuer: issuers.issuerOf(id),
    audience: AUDIENCE,
    clientId: 'tekton',
    clientSecret: mark(`the secret of a client of ${id}`),
  }));
  tekton = new TektonProcess(
    testEnvironment(database.href, `nats://tekton:${natsPassword}@127.0.0.1:${nats.port}`, {
      LOG_LEVEL: 'trace',
      LOGGING_AUDIT: 'true',
      KAA_SECURITY_ENABLED: 'true',
      KAA_TENANCY_TENANTS: JSON.stringify(tenants),
    }),
  );
  rest = await tekton.serving();
  const claims = { scope: SCOPE, sub: CALLER.subject, azp: CALLER.client, client_id: undefined };
  known = bearing(rest, marks.note('a token', await issuers.sign('kaa', claims)));
});
afterAll(async () => {
  await tekton.kill();
  await nats.stop();
  await issuers.stop();
});

it('one audit line tells of each change, of every kind, who made it and what it was', async () => {
  const writes = auditedWrites(mark);
  const covered = new Set(writes.map(({ route }) => route));
  expect(ROUTES.filter((route) => !route.startsWith('GET ') && !covered.has(route))).toEqual([]);
  for (const { route, path, body, lines } of writes) {
    const answer = await known.call(route.split(' ')[0] ?? '', path, { body });
    expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
    const audited = (await linesOf(answer)).filter(({ audit }) => audit === true);
    expect(audited, route).toMatchObject(lines.map((line) => ({ ...CALLER, ...line })));
    expect(audited, route).toHaveLength(lines.length);
  }
});

it('every answer has a line with its correlation ID, tenant, route, status and duration', async () => {
  const headers = { 'x-correlation-id': FORGED_NAME };
  expect(await answered(known.get('/applications', { headers }))).toMatchObject({
    ...{ level: 'debug', correlationId: FORGED_NAME, tenant: 'kaa', method: 'GET' },
    ...{ route: '/api/v1/applications', status: 200, durationMs: expect.any(Number) as number },
  });
  expect(await answered(known.delete('/applications/missing'))).toMatchObject({
    ...{ level: 'info', route: '/api/v1/applications/:appName', status: 404 },
  });
  expect(await answered(rest.get('/applications'))).toMatchObject({
    ...{ level: 'info', status: 401, refusal: 'no-token' },
  });
});

it('nothing that callers send comes into the log as it is', async () => {
  await sendHostileThings();
  await known.get('/applications');
  tekton.signal('SIGTERM');
  await tekton.end();
  const { stdout, stderr } = tekton;
  expect(stderr).toBe('');
  expect(stdout.endsWith('\n')).toBe(true);
  const lines = stdout.slice(0, -1).split('\n');
  const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  for (const entry of entries) {
    expect(entry.level).toMatch(/^(trace|debug|info|warn|error)$/);
    expect(entry.msg).toMatch(/./);
    expect(entry.msg).not.toContain('forged');
  }
  expect(marks.foundIn(stdout)).toEqual([]);
  expect(stdout).not.toMatch(/eyJ[\w-]{10,}\.[\w-]+/);
  expect(stdout).not.toMatch(/\b(Bearer|Basic) [\w+/=-]{8,}/);
  expect(stdout).not.toMatch(/:\/\/[^/\s"]*:[^/\s"@]*@/);
});

async function sendHostileThings(): Promise<void> {
  const one = '/app-configs/applications/lamp?serviceInstanceName=cmx';
  const forged = encodeURIComponent(FORGED);
  await known.put(one, `{"${mark('malformed JSON')}": `);
  await known.put(one, `{"a":1,"a":"${mark('a name that stands twice')}"}`);
  await known.put(one.replace('cmx', 'cmx-ota'), { retries: mark('a value that is refused') });
  await known.post('/applications', { name: mark('a name that is none').toUpperCase() });
  await known.get(`/applications/${forged}${mark('a path')}`);
  await known.get(`/${forged}${mark('a path to nowhere')}`);
  await known.get(`/applications?${forged}${mark('a parameter')}=${forged}`);
  await known.put(one, {}, { headers: { 'content-type': `text/${mark('a content type')}` } });
  await known.put(one, {}, { headers: { 'if-match': `"${mark('a precondition')}"` } });
  await rest.get('/applications', { headers: { cookie: mark('a cookie') } });
  await rest.get(`/applications?access_token=${mark('a token in the query')}`);
  const tokens = [
    mark('what is no token'),
    await issuers.sign('acme', { exp: 1, jti: mark('a claim') }),
    await issuers.sign('acme', { sub: `eve${FORGED}${mark('a subject')}` }),
    await issuers.sign('acme', { iss: `http://127.0.0.1:1/${FORGED}${mark('an issuer')}` }),
    await issuers.sign('acme', {}, { kid: `${FORGED}${mark('a key ID')}` }),
    `${await issuers.sign('globex')}x`,
  ];
  for (const token of tokens) {
    marks.note('a bad token', token);
    expect((await bearing(rest, token).get('/applications')).status).toBe(401);
  }
  const port = Number(new URL(rest.baseUrl).port);
  for (const header of [
    `x-correlation-id: ${mark('a correlation ID')} \u009b2K`,
    `authorization: Bearer \u00e9${mark('a token that is not ASCII')}`,
    `content-length: ${mark('a length')}`,
    `a b: ${mark('a malformed header')}`,
  ]) {
    await send(port, {
      ...{ method: 'GET', path: '/api/v1/applications', query: [], version: 'HTTP/1.1' },
      ...{ headers: ['host: x', 'connection: close', header], body: undefined },
      ...{ framing: 'none', ending: 'wait' },
    });
  }
}

/** A text of letters that must not be printed, for what takes no other. */
function mark(what: string): string {
  letters++;
  const number = [...String(letters)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
  return marks.note(what + String(letters), `zqmark${number}qz`);
}

/** The lines of a call. */
async function linesOf(answer: Answer): Promise<Record<string, unknown>[]> {
  const id = answer.headers.get('x-correlation-id');
  const own = () => tekton.log().filter(({ correlationId }) => correlationId === id);
  // It is the last line of every call.
  await expect.poll(() => own().some(({ msg }) => msg === 'Answered'), { interval: 5 }).toBe(true);
  return own();
}

async function answered(call: Promise<Answer>): Promise<Record<string, unknown> | undefined> {
  return (await linesOf(await call)).find(({ msg }) => msg === 'Answered');
}
