import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';

/**
 * A new private key, as JSON.
 * @param alg the one algorithm that it is for; RSA keys have 2048 bits
 * @returns the key with `alg`, `use`, and its thumbprint (RFC 7638) as `kid`
 */
export async function makeSigningKey(alg: 'RS256' | 'PS256' | 'ES256'): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, alg, use: 'sig', kid: await calculateJwkThumbprint(jwk) };
}
