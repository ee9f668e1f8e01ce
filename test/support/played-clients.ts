import { randomUUID } from 'node:crypto';
import type { PlayedRequest } from './played-server.js';

/** A confidential client with a service account. */
export interface RealmClient {
  clientId: string;
  clientSecret: string;
  /** Whether its service account has the role `uma_protection`; default true. */
  umaProtection?: boolean;
}

/** The clients of a realm, and their service accounts. */
export class PlayedClients {
  private readonly accounts: ReadonlyMap<string, string>;

  constructor(private readonly clients: readonly RealmClient[]) {
    this.accounts = new Map(clients.map(({ clientId }) => [clientId, randomUUID()]));
  }

  /** What the service account of a client has as `sub`; empty if there is no such client. */
  accountOf(clientId: string): string {
    return this.accounts.get(clientId) ?? '';
  }

  isAccount(id: string): boolean {
    return [...this.accounts.values()].includes(id);
  }

  has(clientId: string): boolean {
    return this.accounts.has(clientId);
  }

  /** The client whose ID and secret a request has, in its header or its form. */
  authenticate(
    { authorization = '' }: PlayedRequest,
    form: URLSearchParams,
  ): RealmClient | undefined {
    const basic = /^Basic (\S+)$/i.exec(authorization)?.[1];
    const [id, secret] =
      basic === undefined
        ? [form.get('client_id'), form.get('client_secret')]
        : atob(basic).split(':').map(formDecoded);
    return this.clients.find((one) => one.clientId === id && one.clientSecret === secret);
  }

  /** What the token of a client's service account says. */
  claimsOf({ clientId, umaProtection = true }: RealmClient): Record<string, unknown> {
    return {
      sub: this.accountOf(clientId),
      azp: clientId,
      client_id: clientId,
      preferred_username: `service-account-${clientId}`,
      ...(umaProtection && { resource_access: { [clientId]: { roles: ['uma_protection'] } } }),
    };
  }
}

/** Both parts of Basic credentials are encoded as in a form first (RFC 6749 section 2.3.1). */
function formDecoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
