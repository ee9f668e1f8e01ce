import type { RealmClient } from './played-clients.js';
import { PlayedRealm } from './played-realm.js';
import { PlayedServer, type PlayedAnswer, type PlayedRequest } from './played-server.js';

/** What {@link PlayedKeycloak.start} needs. */
export interface PlayedKeycloakOptions {
  /** The clients of each realm by its name; the first client is the resource server. */
  realms: Readonly<Record<string, readonly [RealmClient, ...RealmClient[]]>>;
  /** What goes before `/realms`: `/auth` in builds before 17. Default nothing. */
  pathPrefix?: string;
  /** How the world reaches it, such as `http://keycloak.example.com`, if not as it is reached here. */
  publicBase?: string;
  port?: number;
}

/**
 * Behaves as Keycloak does towards a resource server: discovery, keys, `client_credentials`, decisions
 * of UMA 2.0 and the registration of resources. What it says was read from Keycloak's sources.
 */
export class PlayedKeycloak {
  private readonly realms = new Map<string, PlayedRealm>();

  private constructor(
    private readonly server: PlayedServer,
    private readonly prefix: string,
  ) {}

  static async start(options: PlayedKeycloakOptions): Promise<PlayedKeycloak> {
    const { realms, pathPrefix = '', publicBase, port = 0 } = options;
    const server = await PlayedServer.start((request) => keycloak.answer(request), port);
    const keycloak: PlayedKeycloak = new PlayedKeycloak(server, pathPrefix);
    for (const [name, clients] of Object.entries(realms)) {
      const issuer = `${publicBase ?? server.url}${pathPrefix}/realms/${name}`;
      keycloak.realms.set(name, PlayedRealm.create(issuer, clients));
    }
    return keycloak;
  }

  /** Where it listens, with the prefix of its paths: realms are at `<baseUrl>/realms/<name>`. */
  get baseUrl(): string {
    return `${this.server.url}${this.prefix}`;
  }

  /** @throws Error if there is none of that name */
  realm(name: string): PlayedRealm {
    const realm = this.realms.get(name);
    if (realm === undefined) throw new Error(`There is no realm ${name}`);
    return realm;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  private async answer(request: PlayedRequest): Promise<PlayedAnswer> {
    if (!request.path.startsWith(`${this.prefix}/realms/`)) return { status: 404 };
    const [name = '', ...rest] = request.path.slice(`${this.prefix}/realms/`.length).split('/');
    const realm = this.realms.get(name);
    return realm === undefined
      ? { status: 404, body: { error: 'Realm does not exist' } }
      : realm.answer(request, `/${rest.join('/')}`);
  }
}
