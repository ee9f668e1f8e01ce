import { createPrivateKey, X509Certificate } from 'node:crypto';
import { text, type Option } from './option.js';

type Description = Pick<Option<string | undefined>, 'about'>;

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** One certificate or several, as PEM text. */
export function certificates({ about }: Description): Option<string | undefined> {
  return checked(
    text<string | undefined>({
      about,
      default: undefined,
      takes: 'certificates as PEM text, such as the content of a .crt or .pem file',
      // No secret, but mounted as one, and too long for a message.
      secret: true,
    }),
    (value) => {
      const found = value.match(CERTIFICATE) ?? [];
      for (const one of found) new X509Certificate(one);
      return found.length > 0;
    },
  );
}

/** A private key as PEM text. */
export function privateKey({ about }: Description): Option<string | undefined> {
  return checked(
    text<string | undefined>({
      about,
      default: undefined,
      takes: 'a private key as PEM text, not encrypted',
      secret: true,
    }),
    (value) => createPrivateKey(value).type === 'private',
  );
}

/** An option that takes of its texts only those that `isSound` returns true for, and does not throw. */
function checked(
  option: Option<string | undefined>,
  isSound: (value: string) => boolean,
): Option<string | undefined> {
  return {
    ...option,
    read: (value) => {
      const read = option.read(value);
      if (!passes(read, isSound)) throw new Error(option.takes);
      return read;
    },
  };
}

function passes(value: string, isSound: (value: string) => boolean): boolean {
  try {
    return isSound(value);
  } catch {
    return false;
  }
}

/**
 * What is wrong with a client's certificate and key together.
 *
 * @param group what their options begin with, such as `nats.tls`
 */
export function clientCertificateFaults(
  group: string,
  values: Readonly<Record<string, unknown>>,
): string[] {
  const cert = values[`${group}.cert`] as string | undefined;
  const key = values[`${group}.key`] as string | undefined;
  if (cert === undefined && key === undefined) return [];
  if (cert === undefined) return [`${group}.key: must be given together with ${group}.cert`];
  if (key === undefined) return [`${group}.cert: must be given together with ${group}.key`];
  return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
    ? []
    : [`${group}.key: is not the key of the certificate in ${group}.cert`];
}
