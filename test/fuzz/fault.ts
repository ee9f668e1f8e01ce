import type { Operation } from '../openapi/api-document.js';
import type { Random } from './random.js';
import type { RawRequest } from './raw-request.js';

/** What a fault is put into. */
export interface Spoiling {
  request: RawRequest;
  operation: Operation;
  /** All operations of the document, to tell what is missing from what is elsewhere. */
  operations: readonly Operation[];
  /** The schemas that the document names. */
  schemas: Readonly<Record<string, unknown>>;
  random: Random;
}

/** Something for which a server must refuse every request, whatever else is in it. */
export interface Fault {
  name: string;
  /** The part of a request that it spoils: two faults of one part could mend each other. */
  part: 'method' | 'path' | 'query' | 'head' | 'body';
  /** How it may be answered. */
  statuses: readonly number[];
  /** Set where the server may close the connection with no answer that the client can read. */
  mayClose?: boolean;
  /** Spoils the request, or returns false if it has nothing that this could spoil. */
  spoil: (spoiling: Spoiling) => boolean;
}

/** Texts that no pattern of the API matches, and that are the name of nothing. */
export const HOSTILE_TEXTS: readonly string[] = [
  '%00',
  'a%00b',
  'kaa%0A',
  'kaa%0D%0AX-Injected:%201',
  '..',
  '..%2f..%2f..%2fetc%2fpasswd',
  '%2e%2e%5c%2e%2e',
  '%252e%252e%252f',
  '.%2fsmart_kettle',
  '%20smart_kettle',
  'smart_kettle%20',
  '__proto__',
  '%5F_proto__',
  '-',
  '_',
  '*',
  '$where',
  "'%20OR%20'1'='1",
  '%22%7D%5D',
  '%3Cscript%3Ealert(1)%3C/script%3E',
  '%7B%7B7*7%7D%7D',
  '$%7Bjndi:ldap://127.0.0.1/x%7D',
  '%C3%A4',
  '%EF%BC%91',
  '%F0%9F%98%80',
  '%E2%80%AE',
  '%EF%BB%BF',
  '%25',
  '%25zz',
  '%2500',
  'a'.repeat(300),
];

/** Percent-encodings that stand for nothing: malformed, or not UTF-8. */
export const BROKEN_ENCODINGS: readonly string[] = [
  '%',
  '%2',
  '%zz',
  '%0g',
  'a%',
  '%u0041',
  '%ff',
  '%C0%80',
  '%C0%AE%C0%AE',
  '%ED%A0%80',
  '%F4%90%80%80',
  '%E2%82',
];

/** Bytes that no URL has (RFC 3986 section 2); Node's parser refuses the request for them. */
export const RAW_BYTES: readonly string[] = [
  '\x00',
  '\x01',
  '\x1f',
  '\x7f',
  '\x80',
  '\xff\xfe',
  ' x',
];
