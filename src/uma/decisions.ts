import { AuthenticationError } from '../auth/authentication-error.js';
import type { Scope } from '../auth/scopes.js';
import { LIST_LIMIT, membersOf, requestJson, type JsonAnswer } from '../oauth/http-json.js';
import type { Issuer } from '../oauth/issuer.js';
import { RemoteError } from '../oauth/remote-error.js';

/** UMA 2.0 Grant section 3.3.1. */
const UMA_TICKET = 'urn:ietf:params:oauth:grant-type:uma-ticket';

/** What is asked about is not there: that is no fault of anybody, and nobody may do anything with it. */
const NOTHING_THERE = ['invalid_resource', 'invalid_scope'];

/** What Keycloak lets a caller do, asked with the caller's own token (Authorization Services). */
export class Decisions {
  /** @param clientId whose resources they are about */
  constructor(
    private readonly issuer: Issuer,
    private readonly clientId: string,
  ) {}

  /**
   * Whether a caller has a scope on one of these resources: several in one question are an OR.
   *
   * @throws {RemoteError} if there is no decision
   * @throws {AuthenticationError} if the token is not good any more
   */
  async decide(token: string, resourceIds: readonly string[], scope: Scope): Promise<boolean> {
    const answer = await this.ask(
      token,
      'decision',
      resourceIds.map((id) => `${id}#${scope}`),
    );
    if (this.isRefusal(answer)) return false;
    // There is no answer with `result: false`, but nobody is let in by one.
    if (answer.status === 200 && membersOf(answer.body).result === true) return true;
    throw this.undecided(answer);
  }

  /**
   * The names of all resources on which a caller has a scope.
   *
   * @throws as `decide`
   */
  async namesWith(token: string, scope: Scope): Promise<string[]> {
    const answer = await this.ask(token, 'permissions', [`#${scope}`]);
    if (this.isRefusal(answer)) return [];
    if (answer.status !== 200 || !Array.isArray(answer.body)) throw this.undecided(answer);
    return answer.body.map(membersOf).flatMap(({ rsname, scopes }) => {
      // Where none are named, the one that was asked for is meant.
      const isMeant = !Array.isArray(scopes) || scopes.includes(scope);
      return typeof rsname === 'string' && isMeant ? [rsname] : [];
    });
  }

  private async ask(
    token: string,
    mode: 'decision' | 'permissions',
    permissions: readonly string[],
  ): Promise<JsonAnswer> {
    const form = new URLSearchParams({
      grant_type: UMA_TICKET,
      audience: this.clientId,
      response_mode: mode,
    });
    for (const permission of permissions) form.append('permission', permission);
    return requestJson(await this.issuer.endpoint('uma2-configuration', 'token_endpoint'), {
      purpose: mode,
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      form,
      timeoutMs: this.issuer.timeoutMs,
      limitBytes: LIST_LIMIT,
    });
  }

  /** @throws {AuthenticationError} */
  private isRefusal({ status, body }: JsonAnswer): boolean {
    const { error } = membersOf(body);
    if (error === 'invalid_grant') throw new AuthenticationError('revoked');
    return (
      (status === 403 && error === 'access_denied') ||
      (status === 400 && NOTHING_THERE.some((one) => one === error))
    );
  }

  private undecided({ status, body }: JsonAnswer): RemoteError {
    const { error } = membersOf(body);
    const why = typeof error === 'string' ? ` (${error})` : '';
    return new RemoteError(
      `${this.issuer.location.issuer} gives no decision to the client ${this.clientId}: it answered ${status}${why}`,
    );
  }
}
