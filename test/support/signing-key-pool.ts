import { randomUUID } from 'node:crypto';
import type { JWK } from 'jose';
import { inject } from 'vitest';
import { makeSigningKey } from '../../src/local/signing-keys.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Private RSA keys that the tests of a file share out: making one takes longer than a test. */
    rsaKeys: JWK[];
  }
}

/** More than a test has at a time, so that no two of its issuers have the same. */
const POOL_SIZE = 24;

/** Makes the keys of a run. */
export function makeRsaKeys(): Promise<JWK[]> {
  return Promise.all(Array.from({ length: POOL_SIZE }, () => makeSigningKey('RS256')));
}

let taken = 0;

/** A private key under an ID that no other has; the next one of the run's, again from the start at last. */
export function takeRsaKey(alg: 'RS256' | 'PS256'): JWK {
  const keys = inject('rsaKeys');
  const key = keys[taken++ % keys.length];
  if (!key) throw new Error('Every run has keys');
  return { ...key, alg, kid: randomUUID() };
}
