import type { PlayedRealm } from '../support/played-realm.js';
import type { RestClient } from '../support/rest-client.js';
import type { TestTenant } from '../support/secure-tekton.js';
import { PLATFORM_SCOPES, type UmaTekton } from '../support/uma-tekton.js';

export const READ = 'application:read';
export const UPDATE = 'application:update';
export const DELETE = 'application:delete';
/** All that there is to do with an application. */
export const ALL = [READ, UPDATE, DELETE] as const;

/** A client of a user who may create applications in the tenant. */
export async function founderOf(test: UmaTekton, tenantId: TestTenant): Promise<RestClient> {
  test.realm(tenantId).grant('founder', 'tenant-system', ['tenant:application:create']);
  return test.as(tenantId, 'founder');
}

/** A client that may do whatever is open to the whole platform. */
export async function platform(test: UmaTekton): Promise<RestClient> {
  test.realm('kaa').grant('service', 'kaa-system', PLATFORM_SCOPES);
  return test.as('kaa', 'service');
}

/** Creates applications, on which nobody has anything yet. */
export async function found(
  test: UmaTekton,
  tenantId: TestTenant,
  ...names: readonly string[]
): Promise<void> {
  const founder = await founderOf(test, tenantId);
  for (const name of names) {
    const { status, text } = await founder.post('/applications', { name });
    if (status !== 201) throw new Error(text);
  }
}

/** A client of a user with these scopes on an application. */
export async function holder(
  test: UmaTekton,
  tenantId: TestTenant,
  appName: string,
  scopes: readonly string[],
): Promise<RestClient> {
  const subject = `holder-${String(Math.random()).slice(2)}`;
  test.realm(tenantId).grant(subject, `application-${appName}`, scopes);
  return test.as(tenantId, subject);
}

/** The permissions that a realm was asked to decide on, in order. */
export function asked(realm: PlayedRealm): string[] {
  return realm.requests
    .filter(({ kind }) => kind === 'decision')
    .flatMap(({ form }) => form.getAll('permission'));
}

/** What a realm was told to do with resources, in order. */
export function changesOf(realm: PlayedRealm): string[] {
  return realm.requests
    .filter(({ kind, method }) => kind === 'resources' && method !== 'GET')
    .map(({ method }) => method);
}

/** The ID of the one resource of an application. */
export function idOf(realm: PlayedRealm, appName: string): string {
  const [resource, ...more] = realm.resources.named(`application-${appName}`);
  if (!resource || more.length > 0) throw new Error(`${appName} has not exactly one resource`);
  return resource.id;
}
