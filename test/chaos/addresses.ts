import type { ReceivedMessage } from '../support/subscriber.js';
import type { Caller } from './caller.js';

/** The tenant of a Tekton without security. */
const TENANT = 'kaa';

/** Where configurations are written to. */
export interface Address {
  /** The same as messages about it and rows of it have; see {@link addressName}. */
  name: string;
  /** Below `/api/v1`, up to the parameters. */
  path: string;
  instance: string;
}

type Told = Pick<ReceivedMessage, 'name' | 'tenantID' | 'appName' | 'appVerName'>;

/** One name for what REST, messages and the database each say in their own way. */
export function addressName({ name, tenantID, appName, appVerName }: Told): string {
  return [name, tenantID, appName, appVerName].map((part) => part ?? '-').join(' ');
}

/** The URL below `/api/v1` of an address, or of something under it. */
export function urlOf({ path, instance }: Address, below = ''): string {
  const url = `${path}${below}`;
  return `${url}${url.includes('?') ? '&' : '?'}serviceInstanceName=${instance}`;
}

/**
 * Creates applications, each with a version, and gives the addresses of all levels: one for the
 * tenant, and two for each application.
 */
export async function createAddresses(
  rest: Caller,
  applications: number,
): Promise<readonly [Address, ...Address[]]> {
  const addresses: [Address, ...Address[]] = [
    address('/tenant-configs', { name: 'cmx', tenantID: TENANT, appName: null, appVerName: null }),
  ];
  for (let number = 1; number <= applications; number++) {
    const appName = `app_${number}`;
    const appVerName = `${appName}-v1`;
    const path = `/app-configs/applications/${appName}`;
    await create(rest, '/applications', { name: appName });
    await create(rest, `/applications/${appName}/app-versions`, { suffix: 'v1' });
    addresses.push(
      address(path, { name: 'cmx', tenantID: TENANT, appName, appVerName: null }),
      address(`${path}/app-versions/${appVerName}`, {
        name: 'epts',
        tenantID: TENANT,
        appName,
        appVerName,
      }),
    );
  }
  return addresses;
}

function address(path: string, told: Told): Address {
  return { name: addressName(told), path, instance: told.name };
}

async function create(rest: Caller, path: string, body: object): Promise<void> {
  const { status, text } = await rest.post(path, body);
  if (status !== 201) throw new Error(`POST ${path} was answered with ${status}: ${text}`);
}
