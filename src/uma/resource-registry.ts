import type { OwnToken } from '../oauth/client-credentials.js';
import {
  LIST_LIMIT,
  membersOf,
  requestJson,
  type JsonAnswer,
  type JsonRequest,
} from '../oauth/http-json.js';
import type { Issuer } from '../oauth/issuer.js';
import { RemoteError } from '../oauth/remote-error.js';

const PAGE_SIZE = 100;
/** Resources that have one name: an owner has one, so there are few. */
const PAGES_OF_ONE_NAME = 2;
/** A list that is longer does not end. */
const MOST_PAGES = 1000;
/** Of an ID or a name that Keycloak gives. */
const LONGEST_TEXT = 255;

/** A resource that Keycloak keeps. */
export interface RegisteredResource {
  readonly id: string;
  readonly name: string;
  readonly type: string | undefined;
}

/** A resource that is to be kept. */
export interface NewResource {
  readonly name: string;
  readonly type: string;
  readonly displayName: string;
  /** The user whose it is (`sub`); the client's own if it is not given. */
  readonly owner?: string | undefined;
  readonly scopes: readonly string[];
}

/** The resources that a client keeps at Keycloak (Federated Authorization for UMA 2.0 section 3). */
export class ResourceRegistry {
  constructor(
    private readonly issuer: Issuer,
    private readonly token: OwnToken,
  ) {}

  /**
   * The resources of exactly this name: each owner may have one.
   *
   * @throws {RemoteError} as all methods here, if Keycloak does not do what it is asked
   */
  async find(name: string): Promise<RegisteredResource[]> {
    // Keycloaks that know no `exactName` take the name for a pattern.
    const found: RegisteredResource[] = [];
    for await (const page of this.pages({ name, exactName: 'true' }, PAGES_OF_ONE_NAME)) {
      found.push(...page.filter((resource) => resource.name === name));
    }
    return found;
  }

  /** The resources with this in their names, page by page. */
  list(name: string): AsyncGenerator<RegisteredResource[], void, void> {
    return this.pages({ name }, MOST_PAGES);
  }

  private async *pages(
    query: Readonly<Record<string, string>>,
    most: number,
  ): AsyncGenerator<RegisteredResource[], void, void> {
    for (let page = 0; page < most; page++) {
      const parameters = new URLSearchParams({
        ...query,
        deep: 'true',
        first: `${page * PAGE_SIZE}`,
        max: `${PAGE_SIZE}`,
      });
      const answer = await this.call({ limitBytes: LIST_LIMIT }, `?${parameters.toString()}`);
      if (answer.status !== 200 || !Array.isArray(answer.body)) throw this.fault('list', answer);
      yield answer.body.map(membersOf).flatMap((item) => read(item) ?? []);
      if (answer.body.length !== PAGE_SIZE) return;
    }
  }

  /** @returns the ID; `undefined` if there is one of this name and owner already */
  async create({ scopes, owner, ...resource }: NewResource): Promise<string | undefined> {
    const json = { ...resource, ownerManagedAccess: true, resource_scopes: scopes };
    let answer = await this.call({ method: 'POST', json: { ...json, owner } });
    // Not every subject of a token is a user that can own something.
    if (owner !== undefined && (answer.status === 400 || answer.status === 500)) {
      answer = await this.call({ method: 'POST', json });
    }
    if (answer.status === 409) return undefined;
    const { _id: id } = membersOf(answer.body);
    if (answer.status !== 201 || typeof id !== 'string') throw this.fault('create', answer);
    return id;
  }

  /** Deletes a resource; one that is not there is deleted already. */
  async delete(id: string): Promise<void> {
    const answer = await this.call({ method: 'DELETE' }, `/${encodeURIComponent(id)}`);
    if (answer.status !== 204 && answer.status !== 404) throw this.fault('delete', answer);
  }

  private async call(
    request: Omit<JsonRequest, 'purpose' | 'timeoutMs' | 'headers'>,
    below = '',
    isSecondTry = false,
  ): Promise<JsonAnswer> {
    const [endpoint, token] = await Promise.all([
      this.issuer.endpoint('uma2-configuration', 'resource_registration_endpoint'),
      this.token.get(),
    ]);
    const answer = await requestJson(endpoint + below, {
      purpose: 'resources',
      ...request,
      headers: { authorization: `Bearer ${token}` },
      timeoutMs: this.issuer.timeoutMs,
    });
    if (isSecondTry || !isRefusedToken(answer)) return answer;
    this.token.forget();
    return this.call(request, below, true);
  }

  private fault(what: string, { status, body }: JsonAnswer): RemoteError {
    const { error } = membersOf(body);
    const why = typeof error === 'string' ? ` (${error})` : '';
    const hint =
      status === 401 || status === 403 ? '; the client needs the role uma_protection' : '';
    return new RemoteError(
      `${this.issuer.location.issuer} does not ${what} resources: it answered ${status}${why}${hint}`,
    );
  }
}

function isRefusedToken({ status, body }: JsonAnswer): boolean {
  return status === 401 || (status === 403 && membersOf(body).error === 'invalid_bearer_token');
}

function read({
  _id: id,
  name,
  type,
}: Readonly<Record<string, unknown>>): RegisteredResource | undefined {
  if (typeof id !== 'string' || typeof name !== 'string') return undefined;
  if (id.length > LONGEST_TEXT || name.length > LONGEST_TEXT) return undefined;
  return { id, name, type: typeof type === 'string' ? type : undefined };
}
