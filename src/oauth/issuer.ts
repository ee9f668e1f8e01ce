import { membersOf, requestJson } from './http-json.js';
import { isHttpUrl } from './http-url.js';
import { RemoteError } from './remote-error.js';
import { Remembered } from './remembered.js';

/** Metadata of an issuer rarely changes; that of one that was replaced is forgotten with its tenant. */
const METADATA_LIFETIME_MS = 3_600_000;

/** Where an issuer is. */
export interface IssuerLocation {
  /** What `iss` of its tokens equals. */
  readonly issuer: string;
  /** Where Tekton finds it, if that is another address. */
  readonly connectUrl?: string | undefined;
}

/** The metadata documents that Tekton reads of an issuer. */
export type MetadataDocument = 'openid-configuration' | 'uma2-configuration';

/** What an issuer says of itself, where it says it (OpenID Connect Discovery 1.0 section 4). */
export class Issuer {
  private readonly documents = new Map<
    MetadataDocument,
    Remembered<Readonly<Record<string, unknown>>>
  >();

  constructor(
    readonly location: IssuerLocation,
    readonly timeoutMs: number,
  ) {}

  /**
   * An endpoint that the issuer names, at the address where Tekton finds the issuer.
   *
   * @throws {RemoteError} if the issuer does not answer, or does not name it
   */
  async endpoint(document: MetadataDocument, name: string): Promise<string> {
    const { [name]: endpoint } = await this.metadata(document).get();
    if (typeof endpoint !== 'string' || !isHttpUrl(endpoint)) {
      throw new RemoteError(`${this.location.issuer} does not name its ${name}`);
    }
    return this.reachable(endpoint);
  }

  /** Asks for the metadata anew when they are needed next. */
  forget(): void {
    this.documents.clear();
  }

  private metadata(document: MetadataDocument): Remembered<Readonly<Record<string, unknown>>> {
    const known = this.documents.get(document);
    if (known) return known;
    const remembered = new Remembered(async () => ({
      value: await this.read(document),
      lifetimeMs: METADATA_LIFETIME_MS,
    }));
    this.documents.set(document, remembered);
    return remembered;
  }

  private async read(document: MetadataDocument): Promise<Readonly<Record<string, unknown>>> {
    const { issuer, connectUrl = issuer } = this.location;
    const url = `${withoutSlash(connectUrl)}/.well-known/${document}`;
    const { status, body } = await requestJson(url, {
      purpose: 'metadata',
      timeoutMs: this.timeoutMs,
    });
    const metadata = membersOf(body);
    if (status !== 200 || body === undefined) {
      throw new RemoteError(`${url} answered ${status} without a document of metadata`);
    }
    // Section 4.3: or another issuer's keys could be passed off as this one's. A Keycloak without a
    // fixed host name names itself as it was asked.
    if (metadata.issuer !== issuer && metadata.issuer !== connectUrl) {
      throw new RemoteError(
        `${url} tells of the issuer ${JSON.stringify(metadata.issuer)}, not ${issuer}`,
      );
    }
    return metadata;
  }

  /** Discovery answers with the public address; services may have to use an internal one. */
  private reachable(endpoint: string): string {
    const { issuer, connectUrl } = this.location;
    if (connectUrl === undefined || connectUrl === issuer) return endpoint;
    const [publicBase, innerBase] = [withoutSlash(issuer), withoutSlash(connectUrl)];
    if (endpoint.startsWith(`${publicBase}/`)) return innerBase + endpoint.slice(publicBase.length);
    const { pathname, search } = new URL(endpoint);
    return new URL(connectUrl).origin + pathname + search;
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/$/, '');
}
