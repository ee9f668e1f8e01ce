import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import {
  credsAuthenticator,
  nkeyAuthenticator,
  type NodeConnectionOptions,
  type TlsOptions,
} from '@nats-io/transport-node';

const RECONNECT_WAIT_MS = 200;

export interface NatsSettings {
  /** May hold a user and a password, or a token in place of a user. */
  urls: readonly string[];
  user?: string | undefined;
  password?: string | undefined;
  token?: string | undefined;
  nkeySeed?: string | undefined;
  /** What a credentials file holds. */
  credentials?: string | undefined;
  tls: NatsTls;
  /** How this client calls itself, for those who watch the server. */
  name: string;
  timeoutMs: number;
  /** Between two pings; the client takes a server that leaves two of them without an answer for gone. */
  pingIntervalMs: number;
  /** Within which the server must confirm what was sent. */
  confirmTimeoutMs: number;
}

/** PEM texts. With any of them, or a URL with `tls://`, no connection is made without TLS. */
export interface NatsTls {
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
}

/** What the client of NATS is told. */
export function connectionOptions(settings: NatsSettings): NodeConnectionOptions {
  const urls = settings.urls.map((url) => new URL(url));
  const tls = tlsOptions(settings.tls, urls);
  return {
    servers: urls.map(({ host }) => host),
    name: settings.name,
    timeout: settings.timeoutMs,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    // A password that is being replaced on the server must not end the connection for good.
    ignoreAuthErrorAbort: true,
    pingInterval: settings.pingIntervalMs,
    ...identity(settings, urls),
    ...(tls && { tls }),
  };
}

/** Who Tekton says that it is. */
function identity(settings: NatsSettings, urls: readonly URL[]): NodeConnectionOptions {
  const { token, nkeySeed, credentials } = settings;
  if (nkeySeed !== undefined) return { authenticator: nkeyAuthenticator(bytes(nkeySeed)) };
  if (credentials !== undefined) {
    // The client takes lines that end in a line feed, the last one too.
    const lines = `${credentials.replaceAll('\r\n', '\n')}\n`;
    return { authenticator: credsAuthenticator(bytes(lines)) };
  }
  if (token !== undefined) return { token };
  const inUrl = urls.find(({ username }) => username !== '');
  const user = settings.user ?? decoded(inUrl?.username);
  const pass = settings.password ?? decoded(inUrl?.password);
  if (user === undefined) return {};
  // As other clients of NATS read such a URL.
  if (pass === undefined && settings.user === undefined) return { token: user };
  return pass === undefined ? { user } : { user, pass };
}

function decoded(part = ''): string | undefined {
  return part === '' ? undefined : decodeURIComponent(part);
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function tlsOptions(given: NatsTls, urls: readonly URL[]): NodeConnectionOptions['tls'] {
  const texts = Object.fromEntries(Object.entries(given).filter(([, text]) => text !== undefined));
  const isWanted =
    urls.some(({ protocol }) => protocol === 'tls:') || Object.keys(texts).length > 0;
  if (!isWanted) return undefined;
  const hosts = urls.map(({ hostname }) => hostname.replace(/^\[(.*)\]$/, '$1'));
  // Handed on to Node.js, although the client does not list it.
  return { ...texts, checkServerIdentity: identityCheck(hosts) } as TlsOptions;
}

/**
 * Of a server that is given by its IP address the client tells Node.js no name, which then looks for
 * "localhost" in the certificate.
 */
function identityCheck(hosts: readonly string[]) {
  const unnamed = hosts.filter((host) => isIP(host) !== 0 || host === 'localhost');
  return (name: string, certificate: PeerCertificate): Error | undefined => {
    const names = name === 'localhost' && unnamed.length > 0 ? unnamed : [name];
    const faults = names.map((one) => checkServerIdentity(one, certificate));
    return faults.includes(undefined) ? undefined : faults[0];
  };
}
