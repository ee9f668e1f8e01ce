import type { ConnectionOptions } from 'node:tls';

/** TLS to PostgreSQL, with modes in its own words. */
export interface DatabaseTls {
  /** Without, `verify-full` if there is anything else here. */
  mode?: 'disable' | 'require' | 'verify-ca' | 'verify-full' | undefined;
  /** PEM text, as are the others; without, the authorities of Node.js. */
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
}

/** What both the driver and TypeORM take. */
export type DriverTls = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'checkServerIdentity'
>;

/**
 * What the driver is told of TLS.
 *
 * @returns undefined if nothing is said here, so that `sslmode` in the URL is what counts
 */
export function driverTls(tls: DatabaseTls): DriverTls | false | undefined {
  const { mode = 'verify-full', ca, cert, key } = tls;
  if (Object.values(tls).every((value) => value === undefined)) return undefined;
  const texts = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
  switch (mode) {
    case 'disable':
      return false;
    case 'require':
      return { ...texts, rejectUnauthorized: false };
    case 'verify-ca':
      return { ...texts, checkServerIdentity: () => undefined };
    case 'verify-full':
      return texts;
  }
}
