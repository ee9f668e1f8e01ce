/** How Node.js and OpenSSL name what is wrong with a certificate, or with those it hangs on. */
const CODES =
  /^(CERT_|CRL_|DEPTH_ZERO_|ERR_TLS_CERT_|HOSTNAME_|INVALID_(CA|EXTENSION|PURPOSE)|SELF_SIGNED_|UNABLE_TO_(GET_ISSUER|VERIFY))/;

/** Why a server's certificate was refused; undefined if that is not what the error is about. */
export function refusedCertificate(error: unknown): string | undefined {
  const { code = '' } = (error ?? {}) as { code?: string };
  return error instanceof Error && CODES.test(code) ? error.message : undefined;
}
