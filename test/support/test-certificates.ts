import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { bits, context, integer, join, octets, oid, sequence, set, utcTime, utf8 } from './der.js';

/** A certificate and its key as PEM text. */
export interface TestCertificate {
  cert: string;
  key: string;
}

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const COMMON_NAME = oid('2.5.4.3');
const SUBJECT_ALT_NAME = oid('2.5.29.17');
const BASIC_CONSTRAINTS = oid('2.5.29.19');

const HOUR_MS = 3_600_000;

/** Certifies for some hours (RFC 5280); Node.js has nothing that does. */
export class TestAuthority {
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  /** Its own certificate, as PEM text. */
  readonly cert: string;

  constructor(private readonly name = 'Test authority') {
    const isAuthority = sequence(Buffer.from([0x01, 0x01, 0xff]));
    const constraints = sequence(BASIC_CONSTRAINTS, octets(isAuthority));
    this.cert = this.make(name, this.keys.publicKey, [constraints]);
  }

  /** @param hosts DNS names and IPv4 addresses that it is for */
  certify(name: string, hosts: readonly string[] = []): TestCertificate {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const names = hosts.map((host) =>
      isIP(host) === 4
        ? context(7, Buffer.from(host.split('.').map(Number)), { constructed: false })
        : context(2, Buffer.from(host), { constructed: false }),
    );
    const extensions =
      names.length > 0 ? [sequence(SUBJECT_ALT_NAME, octets(sequence(...names)))] : [];
    return {
      cert: this.make(name, publicKey, extensions),
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  }

  private make(subject: string, publicKey: KeyObject, extensions: readonly Buffer[]): string {
    const signed = sequence(
      context(0, integer(Buffer.from([2]))),
      // Neither negative nor with zeros before it.
      integer(join(Buffer.from([0x40]), randomBytes(8))),
      ECDSA_WITH_SHA256,
      distinguishedName(this.name),
      sequence(utcTime(Date.now() - HOUR_MS), utcTime(Date.now() + 24 * HOUR_MS)),
      distinguishedName(subject),
      publicKey.export({ type: 'spki', format: 'der' }),
      ...(extensions.length > 0 ? [context(3, sequence(...extensions))] : []),
    );
    const signature = sign('sha256', signed, this.keys.privateKey);
    const certificate = sequence(signed, ECDSA_WITH_SHA256, bits(signature));
    const lines = certificate.toString('base64').replace(/.{64}(?!$)/g, '$&\n');
    return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
  }
}

function distinguishedName(name: string): Buffer {
  return sequence(set(sequence(COMMON_NAME, utf8(name))));
}
