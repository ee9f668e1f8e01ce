import { integer, list, text, type Option } from './option.js';

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;

/** Options of the REST API and of the management interface. */
export const HTTP_OPTIONS = {
  'http.host': text<string | undefined>({
    about: 'Address that the REST API listens on.',
    default: undefined,
    defaultAbout: '0.0.0.0, or 127.0.0.1 while kaa.security.enabled is false',
    takes: 'an IP address or host name',
  }),
  'http.port': integer({
    about: 'Port of the REST API; 0 takes a free one.',
    default: 8080,
    min: 0,
    max: 65_535,
    shortNames: ['PORT'],
  }),
  'http.url-prefix': text<string>({
    about: 'The API answers under this prefix too, as an ingress of Kaa calls it.',
    default: '/tekton',
    pattern: /^(\/[A-Za-z0-9._~-]+)+$/,
    takes: 'a path such as /tekton, without a slash at its end',
  }),
  'http.cors.origins': list({
    about: 'Origins whose pages browsers let call the API; * for any.',
    default: [],
    of: text<string>({
      about: '',
      default: '',
      pattern: /^(\*|https?:\/\/[^/\s]+)$/,
      takes: 'an origin such as https://dashboard.example.com, or *',
    }),
  }),
  'http.body-limit': integer({
    about: 'Bytes that the body of a request may have (413 above).',
    default: MEBIBYTE,
    min: KIBIBYTE,
    max: 1024 * MEBIBYTE,
  }),
  'http.bulk-body-limit': integer({
    about: 'Bytes that the body of a bulk load may have (413 above).',
    default: 64 * MEBIBYTE,
    min: KIBIBYTE,
    max: 1024 * MEBIBYTE,
  }),
  'http.requests-limit': integer({
    about:
      'How many requests are answered at a time (503 above); calls that wait for a change count apart.',
    default: 4000,
    min: 1,
    max: 1_000_000,
  }),
  'http.bodies-limit': integer({
    about:
      'Bytes of request bodies that are worked on at a time (503 above), as far as the memory of the process bears them: a byte takes up to 24 of the heap. Bodies up to http.body-limit get an eighth of it on top.',
    default: 64 * MEBIBYTE,
    min: KIBIBYTE,
    max: 64 * 1024 * MEBIBYTE,
  }),
  'http.answers-limit': integer({
    about: 'Bytes of answers to reads that wait to be taken by their callers (503 above).',
    default: 256 * MEBIBYTE,
    min: KIBIBYTE,
    max: 64 * 1024 * MEBIBYTE,
  }),
  'http.connections-limit': integer({
    about: 'How many connections to the REST API may be open (those above are closed at once).',
    default: 20_000,
    min: 1,
    max: 1_000_000,
  }),
  'http.header-limit': integer({
    about: 'Bytes that all headers of a request may have together (431 above).',
    default: 32 * KIBIBYTE,
    min: 8 * KIBIBYTE,
    max: MEBIBYTE,
  }),
  'http.url-limit': integer({
    about: 'Characters that the URL of a request may have (414 above).',
    default: 8 * KIBIBYTE,
    min: KIBIBYTE,
    max: 64 * KIBIBYTE,
  }),
  'http.json-depth-limit': integer({
    about: 'How many objects and arrays of a JSON body may lie in each other (400 above).',
    default: 100,
    min: 5,
    max: 1000,
  }),
  'http.json-key-limit': integer({
    about: 'How many keys a JSON body may have in all (400 above).',
    default: 100_000,
    min: 100,
    max: 100_000_000,
  }),
  'http.bulk-json-key-limit': integer({
    about: 'How many keys the body of a bulk load may have in all (400 above).',
    default: 10_000_000,
    min: 100,
    max: 1_000_000_000,
  }),
  'http.stream-limit': integer({
    about:
      'How many bulk reads are answered at a time (503 above); each holds a connection to PostgreSQL.',
    default: 4,
    min: 1,
    max: 1000,
  }),
  'http.stall-timeout': integer({
    about:
      'Seconds that a caller may take nothing of an answer that waits for it, however small, before its connection is closed.',
    default: 30,
    min: 1,
    max: 3600,
  }),
  'http.stream-timeout': integer({
    about: 'Seconds that a bulk read may take in all, however slow its reader is.',
    default: 600,
    min: 1,
    max: 86_400,
  }),
  'http.request-timeout': integer({
    about: 'Seconds within which a client must have sent its request, header and body.',
    default: 60,
    min: 1,
    max: 3600,
  }),
  'management.host': text<string | undefined>({
    about: 'Address that health and metrics listen on.',
    default: undefined,
    defaultAbout: 'the same as http.host',
    takes: 'an IP address or host name',
  }),
  'management.port': integer({
    about: 'Port of health and metrics; the same as http.port puts them beside the API.',
    default: 8081,
    min: 0,
    max: 65_535,
    shortNames: ['MANAGEMENT_PORT'],
  }),
} satisfies Record<string, Option<unknown>>;

/** Where the API answers whatever the prefix is. */
const API_PATH = '/api/v1/';

/** What one value of these options allows and another forbids. */
export function httpFaults(values: Readonly<Record<string, unknown>>): string[] {
  const bodies = values['http.bodies-limit'] as number;
  const faults = (['http.body-limit', 'http.bulk-body-limit'] as const)
    .filter((path) => bodies < (values[path] as number))
    .map((path) => `http.bodies-limit: must be at least ${path}, or no such body is ever taken`);
  const prefix = `${values['http.url-prefix'] as string}/`;
  if (API_PATH.startsWith(prefix) || prefix.startsWith(API_PATH)) {
    faults.push(
      `http.url-prefix: cannot overlap ${API_PATH.slice(0, -1)}: the API answers there without a prefix`,
    );
  }
  return faults;
}
