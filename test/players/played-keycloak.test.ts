import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { PlayedKeycloak } from '../support/played-keycloak.js';
import type { PlayedRealm } from '../support/played-realm.js';
import { UMA_GRANT } from '../support/realm-endpoints.js';

const READ = 'application:read';
const UPDATE = 'application:update';
const TEKTON = { clientId: 'tekton', clientSecret: 's: %+cret' };
const REALMS = {
  acme: [TEKTON, { clientId: 'plain', clientSecret: 'p', umaProtection: false }],
} as const;

let keycloak: PlayedKeycloak;
let realm: PlayedRealm;

beforeEach(async () => {
  keycloak = await PlayedKeycloak.start({ realms: { acme: [...REALMS.acme] } });
  realm = keycloak.realm('acme');
});
afterEach(() => keycloak.stop());

interface Reply {
  status: number;
  body: unknown;
}

async function call(url: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(1000) });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
}

async function metadata(document: string): Promise<Record<string, string>> {
  const url = `${keycloak.baseUrl}/realms/acme/.well-known/${document}`;
  return (await call(url)).body as Record<string, string>;
}

const tokenUrl = () => `${realm.issuer}/protocol/openid-connect/token`;
const resourcesUrl = () => `${realm.issuer}/authz/protection/resource_set`;

function basic({ clientId, clientSecret } = TEKTON): Record<string, string> {
  const [id, secret] = [clientId, clientSecret].map(encodeURIComponent);
  return { authorization: `Basic ${btoa(`${id}:${secret}`)}` };
}

async function pat(client: typeof TEKTON = TEKTON): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  const reply = await call(tokenUrl(), { method: 'POST', headers: basic(client), body });
  return (reply.body as { access_token: string }).access_token;
}

async function resources(method: string, path = '', body?: unknown, token?: string) {
  return call(`${resourcesUrl()}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token ?? (await pat())}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function ask(token: string, form: [string, string][], mode = 'decision'): Promise<Reply> {
  const all = [
    ['grant_type', UMA_GRANT],
    ...(mode === '' ? [] : [['response_mode', mode]]),
    ...(form.some(([name]) => name === 'audience') ? [] : [['audience', 'tekton']]),
    ...form,
  ];
  return call(tokenUrl(), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: new URLSearchParams(all as [string, string][]),
  });
}

test('discovery leads to all endpoints, and keys verify a token made like Keycloak’s', async () => {
  const uma = await metadata('uma2-configuration');
  expect(uma).toMatchObject({
    issuer: realm.issuer,
    token_endpoint: tokenUrl(),
    resource_registration_endpoint: resourcesUrl(),
  });
  const { jwks_uri: uri = '', issuer = '' } = await metadata('openid-configuration');
  const token = await pat();
  const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(uri)), { issuer });
  expect(payload).toMatchObject({ typ: 'Bearer', azp: 'tekton', sub: realm.accountOf('tekton') });
  expect(decodeProtectedHeader(token).typ).toBe('JWT');
  expect(realm.count('discovery')).toBe(2);
  expect(realm.count('keys')).toBe(1);
});

test('an old build behind a public name: issuer and endpoints name that one', async () => {
  const other = await PlayedKeycloak.start({
    realms: { acme: [TEKTON] },
    pathPrefix: '/auth',
    publicBase: 'https://id.example.com',
  });
  const url = `${other.baseUrl}/realms/acme/.well-known/uma2-configuration`;
  const issuer = 'https://id.example.com/auth/realms/acme';
  expect((await call(url)).body).toMatchObject({
    issuer,
    token_endpoint: `${issuer}/protocol/openid-connect/token`,
  });
  expect((await call(url.replace('/auth/', '/'))).status).toBe(404);
  expect((await call(url.replace('acme', 'nobody'))).status).toBe(404);
  await other.stop();
});

test('a client proves itself by header or form', async () => {
  const form = { grant_type: 'client_credentials', client_id: 'tekton' };
  const post = (secret: string) =>
    call(tokenUrl(), {
      method: 'POST',
      body: new URLSearchParams({ ...form, client_secret: secret }),
    });
  expect(await post(TEKTON.clientSecret)).toMatchObject({ status: 200, body: { expires_in: 300 } });
  expect((await post('wrong')).status).toBe(401);
  expect(await pat()).toContain('.');
});

describe('a decision', () => {
  let id: string;
  let token: string;

  beforeEach(async () => {
    const owner = { id: 'jane' };
    await realm.tokenFor({ sub: 'jane' });
    const kettle = { name: 'application-kettle', owner, resource_scopes: [READ, UPDATE] };
    ({ _id: id } = (await resources('POST', '', kettle)).body as { _id: string });
    realm.resources.add({ name: 'tenant-system', owner: 'tekton', scopes: ['create'] });
    realm.grant('joe', 'application-kettle', [READ]);
    realm.grant('joe', 'tenant-system', ['create']);
    token = await realm.tokenFor({ sub: 'joe' });
  });

  it.each<[string, () => [string, string][], number, unknown]>([
    ['granted', () => [['permission', `${id}#${READ}`]], 200, { result: true }],
    ['refused', () => [['permission', `${id}#${UPDATE}`]], 403, { error: 'access_denied' }],
    [
      'one of two granted, which is enough',
      () => [
        ['permission', `${id}#${UPDATE}`],
        ['permission', `tenant-system#create`],
      ],
      200,
      { result: true },
    ],
    ['by a scope alone', () => [['permission', `#${READ}`]], 200, { result: true }],
    ['a scope alone, refused', () => [['permission', `#${UPDATE}`]], 403, {}],
    [
      'the name of what another user owns',
      () => [['permission', `application-kettle#${READ}`]],
      400,
      { error: 'invalid_resource' },
    ],
    ['unknown', () => [['permission', `x-y#${READ}`]], 400, { error: 'invalid_resource' }],
    [
      'a scope that the resource has not',
      () => [['permission', `${id}#create`]],
      400,
      { error: 'invalid_resource' },
    ],
    ['a made-up scope', () => [['permission', `${id}#x`]], 400, { error: 'invalid_scope' }],
    [
      'an unknown client',
      () => [['audience', 'nobody'] as [string, string]],
      400,
      { error: 'invalid_request' },
    ],
  ])('%s', async (_, form, status, body) => {
    expect(await ask(token, form())).toMatchObject({ status, body });
  });

  it('lists what is granted, resource by resource', async () => {
    expect((await ask(token, [], 'permissions')).body).toEqual([
      { rsid: id, rsname: 'application-kettle', scopes: [READ] },
      expect.objectContaining({ rsname: 'tenant-system', scopes: ['create'] }),
    ]);
    expect((await ask(token, [['permission', `#${UPDATE}`]], 'permissions')).status).toBe(403);
    expect((await ask(token, [], '')).body).toHaveProperty('access_token');
    expect((await ask(token, [], 'other')).status).toBe(400);
  });

  it('gives the owner nothing unless a policy does', async () => {
    const owner = await realm.tokenFor({ sub: 'jane' });
    const form: [string, string][] = [['permission', `application-kettle#${READ}`]];
    expect((await ask(owner, form)).status).toBe(403);
    realm.ownersMay = true;
    expect((await ask(owner, form)).status).toBe(200);
  });

  it('needs a token that is still good', async () => {
    const expired = await realm.tokenFor({ sub: 'joe', expiresIn: -1 });
    const refusal = { status: 401, body: { error: 'invalid_grant' } };
    expect(await ask(expired, [])).toMatchObject(refusal);
    expect(await ask('made.up.token', [])).toMatchObject(refusal);
    realm.revokeTokens();
    expect(await ask(token, [])).toMatchObject(refusal);
  });
});

describe('the resources', () => {
  const kettle = { name: 'application-kettle', resource_scopes: [READ], ownerManagedAccess: true };

  it('are created, read, replaced and deleted', async () => {
    const created = await resources('POST', '', kettle);
    expect(created).toMatchObject({
      status: 201,
      body: { ...kettle, owner: { id: 'tekton' }, resource_scopes: [{ name: READ }] },
    });
    const path = `/${(created.body as { _id: string })._id}`;
    expect((await resources('PUT', path, { ...kettle, resource_scopes: [] })).status).toBe(204);
    expect((await resources('GET', path)).body).toMatchObject({ resource_scopes: [] });
    expect((await resources('DELETE', path)).status).toBe(204);
    expect((await resources('DELETE', path)).status).toBe(404);
    expect((await resources('GET', '/application-kettle')).status).toBe(404);
  });

  it('have names that are unique for each owner only', async () => {
    await realm.tokenFor({ sub: 'jane' });
    const create = async (owner?: unknown) =>
      (await resources('POST', '', { ...kettle, owner })).status;
    const owners = [undefined, 'tekton', { id: 'jane' }, 'jane', 'nobody'];
    const statuses = [];
    for (const owner of owners) statuses.push(await create(owner));
    expect(statuses).toEqual([201, 409, 201, 409, 400]);
    realm.rules.unknownOwnerStatus = 500;
    expect(await create('nobody')).toBe(500);
  });

  it('are found by a part of the name, unless it must be exact', async () => {
    for (const name of ['application-kettle', 'APPLICATION-kettle2', 'x']) {
      realm.resources.add({ name, owner: 'tekton', scopes: [READ] });
    }
    const names = async (query: string) =>
      ((await resources('GET', query)).body as { name: string }[]).map(({ name }) => name);
    const inexact = ['APPLICATION-kettle2', 'application-kettle'];
    expect(await names('?name=application-kettle&deep=true')).toEqual(inexact);
    expect(await names('?name=application-kettle&deep=true&exactName=true')).toEqual([inexact[1]]);
    expect(await names('?deep=true&first=1&max=1')).toEqual([inexact[1]]);
    realm.rules.knowsExactName = false;
    expect(await names('?name=application-kettle&deep=true&exactName=true')).toEqual(inexact);
  });

  it('are listed as IDs or, if asked, as objects whose scopes may be texts; 100 at a time', async () => {
    for (let n = 0; n < 101; n += 1) {
      realm.resources.add({ name: `n${n}`, owner: 'tekton', scopes: [READ] });
    }
    const ids = (await resources('GET')).body as unknown[];
    expect(ids).toHaveLength(100);
    expect(typeof ids[0]).toBe('string');
    const first = async () => ((await resources('GET', '?deep=true')).body as unknown[])[0];
    expect(await first()).toMatchObject({ scopes: [{ name: READ }] });
    realm.rules.scopesAs = 'strings';
    expect(await first()).toMatchObject({ scopes: [READ] });
  });

  it('need the PAT of a service account with uma_protection', async () => {
    const statusWith = async (token: string) =>
      (await resources('GET', '', undefined, token)).status;
    const token = await pat();
    expect(await statusWith(await pat(REALMS.acme[1]))).toBe(403);
    expect(await statusWith('made.up.token')).toBe(401);
    expect(await statusWith(token)).toBe(200);
    realm.revokeTokens();
    expect(await statusWith(token)).toBe(401);
    realm.tokenSeconds = -1;
    realm.badPatStatus = 403;
    expect(await statusWith(await pat())).toBe(403);
  });
});

test('each kind of request fares as it is told to, and leaves a record', async () => {
  realm.setFault('resources', 'forbid');
  expect(await resources('POST', '', { name: 'x' })).toMatchObject({
    status: 403,
    body: { error: 'unauthorized_client' },
  });
  expect(realm.resources.all).toEqual([]);
  for (const [fault, message] of [
    ['refuse', /fetch failed/],
    ['hang', /timeout/],
    ['garbage', /JSON/],
  ] as const) {
    realm.setFault('decision', fault);
    await expect(ask('x', [['permission', '#a']])).rejects.toThrow(message);
  }
  realm.setFault('decision', { slowMs: 50 });
  const start = performance.now();
  expect((await ask('x', [])).status).toBe(401);
  expect(performance.now() - start).toBeGreaterThan(45);
  const decisions = realm.requests.filter(({ kind }) => kind === 'decision');
  expect(decisions.map(({ form }) => form.get('permission'))).toEqual(['#a', '#a', '#a', null]);
  realm.setFault('discovery', 'error');
  expect((await call(`${realm.issuer}/.well-known/openid-configuration`)).status).toBe(500);
});
