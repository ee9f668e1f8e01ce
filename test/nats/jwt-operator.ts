import { nkeys } from '@nats-io/transport-node';

type KeyPair = ReturnType<typeof nkeys.createUser>;

/** Issues credentials as the operator of a NATS cluster does with `nsc`: an account, and users in it. */
export class JwtOperator {
  private readonly operator = nkeys.createOperator();
  private readonly account = nkeys.createAccount();

  /** Of a server that takes the users of the account. */
  get configuration(): string {
    const id = this.account.getPublicKey();
    const account = { type: 'account', limits: UNLIMITED_ACCOUNT };
    return [
      `operator: ${token(this.operator, this.operator, 'operator', { type: 'operator' })}`,
      'resolver: MEMORY',
      `resolver_preload: { ${id}: ${token(this.operator, this.account, 'account', account)} }`,
    ].join('\n');
  }

  /** The content of a credentials file for a new user. */
  credentials(name: string): string {
    const user = nkeys.createUser();
    const jwt = token(this.account, user, name, { type: 'user', subs: -1, data: -1, payload: -1 });
    const seed = new TextDecoder().decode(user.getSeed());
    return [
      `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n`,
      'Lines in between are for people.\n',
      `-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`,
    ].join('\n');
  }
}

const UNLIMITED_ACCOUNT = {
  ...{ subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true },
  ...{ conn: -1, leaf: -1 },
};

function token(issuer: KeyPair, subject: KeyPair, name: string, claims: object): string {
  const body = {
    jti: name,
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    name,
    nats: { ...claims, version: 2 },
  };
  const signed = `${base64url({ typ: 'JWT', alg: 'ed25519-nkey' })}.${base64url(body)}`;
  const signature = Buffer.from(issuer.sign(new TextEncoder().encode(signed)));
  return `${signed}.${signature.toString('base64url')}`;
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
