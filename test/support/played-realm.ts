import type { JWTPayload } from 'jose';
import { PlayedClients, type RealmClient } from './played-clients.js';
import { decide } from './played-decisions.js';
import type { Fault } from './played-fault.js';
import { PlayedResources, type PlayedResource, type ResourceRules } from './played-resources.js';
import { bearerOf, type PlayedAnswer, type PlayedRequest } from './played-server.js';
import { PlayedTokens } from './played-tokens.js';
import {
  FORM,
  kindOf,
  metadataOf,
  refused,
  resourceIdOf,
  type RealmRequestKind,
} from './realm-endpoints.js';

/** A request that a realm was asked, faults or not. */
export interface RealmRequest extends PlayedRequest {
  kind: RealmRequestKind;
  /** Empty unless a form was sent. */
  form: URLSearchParams;
}

/** One realm of a played Keycloak, with one resource server: its first client. */
export class PlayedRealm {
  readonly resources = new PlayedResources();
  /** Everything that was asked, in order. */
  readonly requests: RealmRequest[] = [];
  /** Scopes that exist without any resource that has them. */
  readonly scopes = new Set<string>();
  /** How long tokens by `client_credentials` are good for, in seconds. */
  tokenSeconds = 300;
  /** A policy "the owner may do everything"; Keycloak has none unless somebody makes it. */
  ownersMay = false;
  /** What a missing or bad PAT is answered: UMA 2.0 wants 401, Keycloak's sources say 403. */
  badPatStatus: 401 | 403 = 401;
  /** How it speaks of resources, and which mistakes of its versions it makes. */
  readonly rules: ResourceRules;
  private readonly clients: PlayedClients;
  private readonly users = new Set<string>();
  private readonly grants = new Map<string, Map<string, ReadonlySet<string>>>();
  private readonly faults = new Map<RealmRequestKind, Fault>();

  private constructor(
    readonly issuer: string,
    private readonly tokens: PlayedTokens,
    clients: readonly [RealmClient, ...RealmClient[]],
  ) {
    this.clients = new PlayedClients(clients);
    const resourceServer = clients[0].clientId;
    this.rules = {
      isOwner: (id) => id === resourceServer || this.users.has(id) || this.clients.isAccount(id),
      unknownOwnerStatus: 400,
      scopesAs: 'objects',
      knowsExactName: true,
      resourceServer,
    };
  }

  /** @param clients the first is the resource server */
  static create(issuer: string, clients: readonly [RealmClient, ...RealmClient[]]): PlayedRealm {
    return new PlayedRealm(issuer, PlayedTokens.create(issuer), clients);
  }

  /** From now on a subject may do this, and nothing else, to the resources of that name; `*`: to all. */
  grant(subject: string, resourceName: string, scopes: readonly string[]): void {
    const granted = this.grants.get(subject) ?? new Map<string, ReadonlySet<string>>();
    granted.set(resourceName, new Set(scopes));
    this.grants.set(subject, granted);
  }

  /** An access token of a user, whom the realm knows from then on. */
  tokenFor(options: {
    sub: string;
    clientId?: string;
    /** Over the usual ones; undefined leaves one out. */
    claims?: Record<string, unknown>;
    /** Seconds; below 0 it has expired. Default 300. */
    expiresIn?: number;
  }): Promise<string> {
    const { sub, clientId = 'dashboard', claims = {}, expiresIn = 300 } = options;
    this.users.add(sub);
    return this.tokens.issue({ sub, azp: clientId, ...claims }, expiresIn);
  }

  /** What the service account of a client has as `sub`. */
  accountOf(clientId: string): string {
    return this.clients.accountOf(clientId);
  }

  /** No token that was issued until now is good any more, whatever it says. */
  revokeTokens(): void {
    this.tokens.revokeAll();
  }

  setFault(kind: RealmRequestKind, fault: Fault): void {
    this.faults.set(kind, fault);
  }

  /** How many requests of a kind there were. */
  count(kind: RealmRequestKind): number {
    return this.requests.filter((request) => request.kind === kind).length;
  }

  /** @param path below the realm's URL */
  async answer(request: PlayedRequest, path: string): Promise<PlayedAnswer> {
    const form = new URLSearchParams(request.contentType === FORM ? request.body : '');
    const kind = kindOf(path, form);
    if (kind === undefined) return { status: 404, body: { error: 'HTTP 404 Not Found' } };
    this.requests.push({ ...request, kind, form });
    const fault = this.faults.get(kind) ?? 'none';
    // What fares badly has no effect; what is slow has.
    if (typeof fault === 'string' && fault !== 'none') return { status: 500, fault };
    return { ...(await this.serve(kind, request, path, form)), fault };
  }

  private async serve(
    kind: RealmRequestKind,
    request: PlayedRequest,
    path: string,
    form: URLSearchParams,
  ): Promise<PlayedAnswer> {
    switch (kind) {
      case 'discovery':
        return { status: 200, body: metadataOf(this.issuer, path) };
      case 'keys':
        return { status: 200, body: this.tokens.keySet };
      case 'token':
        return this.issueToken(request, form);
      case 'decision':
        return this.decide(request, form);
      case 'resources':
        return (
          (await this.refusePat(request)) ??
          this.resources.answer(request, resourceIdOf(path), this.rules)
        );
    }
  }

  private async issueToken(request: PlayedRequest, form: URLSearchParams): Promise<PlayedAnswer> {
    if (request.contentType !== FORM) return { status: 415 };
    const client = this.clients.authenticate(request, form);
    if (client === undefined) {
      return refused(401, 'unauthorized_client', 'Invalid client or Invalid client credentials');
    }
    if (form.get('grant_type') !== 'client_credentials') {
      return refused(400, 'unsupported_grant_type', 'Unsupported grant_type');
    }
    return { status: 200, body: await this.tokenBody(this.clients.claimsOf(client)) };
  }

  private async decide(request: PlayedRequest, form: URLSearchParams): Promise<PlayedAnswer> {
    const caller = await this.tokens.verify(bearerOf(request) ?? '');
    if (caller?.sub === undefined) return refused(401, 'invalid_grant', 'Invalid bearer token');
    const { sub: subject } = caller;
    const { resourceServer } = this.rules;
    const audience = form.get('audience') ?? '';
    if (audience !== resourceServer) {
      return this.clients.has(audience)
        ? refused(400, 'invalid_request', 'Client does not support permissions')
        : refused(400, 'invalid_request', `Unknown resource server id: [${audience}]`);
    }
    const { resources } = this;
    const scopes = new Set([...this.scopes, ...resources.all.flatMap((one) => one.scopes)]);
    const isGranted = (resource: PlayedResource, scope: string) =>
      this.isGranted(subject, resource, scope);
    const decided = decide({ form, subject, resourceServer, resources, scopes, isGranted });
    if (!Array.isArray(decided)) return decided;
    switch (form.get('response_mode')) {
      case 'decision':
        return { status: 200, body: { result: true } };
      case 'permissions':
        return { status: 200, body: decided };
      case null:
        return { status: 200, body: await this.upgraded(caller, decided) };
      default:
        return refused(400, 'invalid_request', 'Invalid response_mode');
    }
  }

  /** A token that carries the permissions itself, which is what comes without a `response_mode`. */
  private async upgraded({ sub, azp }: JWTPayload, permissions: unknown): Promise<unknown> {
    const claims = { sub, azp, aud: this.rules.resourceServer, authorization: { permissions } };
    return { ...(await this.tokenBody(claims)), upgraded: false };
  }

  private async tokenBody(claims: Record<string, unknown>): Promise<Record<string, unknown>> {
    return {
      access_token: await this.tokens.issue(claims, this.tokenSeconds),
      expires_in: this.tokenSeconds,
      refresh_expires_in: 0,
      token_type: 'Bearer',
      'not-before-policy': 0,
      scope: 'profile email',
    };
  }

  private isGranted(subject: string, { name, owner }: PlayedResource, scope: string): boolean {
    if (this.ownersMay && owner === subject) return true;
    const granted = this.grants.get(subject);
    return [name, '*'].some((key) => granted?.get(key)?.has(scope));
  }

  private async refusePat(request: PlayedRequest): Promise<PlayedAnswer | undefined> {
    const pat = await this.tokens.verify(bearerOf(request) ?? '');
    if (pat === undefined) {
      return refused(this.badPatStatus, 'invalid_bearer_token', 'Could not obtain access_token');
    }
    const access = pat.resource_access as Record<string, { roles: string[] }> | undefined;
    return access?.[this.rules.resourceServer]?.roles.includes('uma_protection')
      ? undefined
      : refused(403, 'invalid_scope', 'Requires uma_protection scope.');
  }
}
