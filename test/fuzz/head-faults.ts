import { METHODS } from 'node:http';
import type { Operation } from '../openapi/api-document.js';
import type { Fault, Spoiling } from './fault.js';
import { bodySchema } from './sound-requests.js';

/** Lines that Node's parser takes for no header (RFC 9112 section 5). */
const BROKEN_LINES = [
  'no colon',
  ': no name',
  'space before colon : x',
  'na me: x',
  'na\x00me: x',
  'x-a: a\x00b',
  'x-a: a\x01b',
  'x-a: a\rb',
  'x-a: a\nb: c',
  'x-a: a\r\n folded',
  'x-ä: x',
];

/** More than one way to say where the body ends, or none that is known (RFC 9112 section 6). */
const BROKEN_LENGTHS = [
  ['content-length: 2', 'transfer-encoding: chunked'],
  ['transfer-encoding: chunked', 'content-length: 2'],
  ['content-length: 2', 'content-length: 3'],
  ['content-length: 2, 2'],
  ['content-length: -1'],
  ['content-length: +2'],
  ['content-length: 0x2'],
  ['content-length: two'],
  ['content-length: 99999999999999999999999'],
  ['transfer-encoding: gzip'],
  ['transfer-encoding: chunked, identity'],
  ['transfer-encoding: xchunked'],
];

const BROKEN_TAGS = [
  ...['', 'x', '"x', 'x"', 'W/x', 'w/"x"', '"a" "b"', ',', '"a",', ',"a"', '*, *', '"a", *', "'a'"],
  ...[
    '"a"b',
    '""""',
    '<x>',
    '__proto__',
    '\xff',
    '"a"\xa0x',
    '"'.repeat(999),
    `${'"a",'.repeat(999)}x`,
  ],
];

const WRONG_TYPES = [
  '',
  ' ',
  'json',
  'application',
  'application/',
  '/json',
  'application/jsonp',
  'application/json-patch+json',
  'application/json/x',
  'application / json',
  'application/json, application/json',
  'text/plain',
  'text/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/octet-stream',
  '*/*',
  '__proto__/json',
  'application/\xffjson',
  'application/json; charset=latin1',
  'application/json; charset=utf-16',
  'application/json; charset="utf-8',
  'application/json; charset=__proto__',
  `application/${'x'.repeat(2_000)}`,
  `application/x${'; a="'.repeat(400)}`,
];

function takes(operation: Operation, header: string): boolean {
  const parameters = (operation.parameters ?? []) as { name: string; in: string }[];
  return parameters.some((one) => one.in === 'header' && one.name === header);
}

function setHeader({ request }: Spoiling, name: string, value: string | undefined): void {
  request.headers = request.headers.filter((line) => !line.startsWith(`${name}:`));
  if (value !== undefined) request.headers.push(`${name}: ${value}`);
}

export const HEAD_FAULTS: readonly Fault[] = [
  {
    name: 'a method that the path does not have',
    part: 'method',
    statuses: [400, 404, 405],
    spoil: ({ request, operation, operations, random }) => {
      const here = operations.filter(({ path }) => path === operation.path);
      const taken = [...here.map(({ method }) => method), 'HEAD', 'CONNECT'];
      const others = METHODS.filter((method) => !taken.includes(method));
      request.method = random.pick([...others, 'FOO', 'get', 'Put', '__proto__', 'G\x00T', '']);
      return true;
    },
  },
  {
    name: 'CONNECT, which a server that is no proxy cuts off',
    part: 'method',
    statuses: [],
    mayClose: true,
    spoil: ({ request }) => {
      request.method = 'CONNECT';
      return true;
    },
  },
  {
    name: 'a version of HTTP that there is not',
    part: 'head',
    statuses: [400],
    spoil: ({ request, random }) => {
      request.version = random.pick([
        'HTTP/1.9',
        'HTTP/9.9',
        'HTTP/1',
        'HTTP/',
        'http/1.1',
        'X',
        'HTTPS/1.1',
      ]);
      return true;
    },
  },
  {
    name: 'a line that is no header',
    part: 'head',
    statuses: [400],
    spoil: ({ request, random }) => {
      request.headers.splice(
        random.below(request.headers.length + 1),
        0,
        random.pick(BROKEN_LINES),
      );
      return true;
    },
  },
  {
    name: 'no host, which HTTP/1.1 requires',
    part: 'head',
    statuses: [400],
    spoil: (spoiling) => {
      setHeader(spoiling, 'host', undefined);
      return true;
    },
  },
  {
    name: 'an expectation that nobody can meet',
    part: 'head',
    statuses: [417],
    spoil: (spoiling) => {
      setHeader(spoiling, 'expect', spoiling.random.pick(['nonsense', '200-ok', '__proto__']));
      return true;
    },
  },
  {
    name: 'a body without a sure end',
    part: 'head',
    statuses: [400],
    spoil: ({ request, random }) => {
      request.framing = 'none';
      request.headers.push(...random.pick(BROKEN_LENGTHS));
      return true;
    },
  },
  {
    name: 'headers over the limit',
    part: 'head',
    statuses: [431],
    spoil: ({ request, random }) => {
      const line = random.pick([`x-a: ${'a'.repeat(40_000)}`, `${'a'.repeat(40_000)}: x`]);
      request.headers.push(...random.pick([[line], Array<string>(5_000).fill('x-a: aaaaaaaa')]));
      return true;
    },
  },
  ...['If-Match', 'If-None-Match'].map((header): Fault => ({
    name: `${header} that is no list of entity tags`,
    part: 'head',
    statuses: [400],
    spoil: (spoiling) => {
      if (!takes(spoiling.operation, header)) return false;
      setHeader(spoiling, header.toLowerCase(), spoiling.random.pick(BROKEN_TAGS));
      return true;
    },
  })),
  {
    name: 'If-Match of what was never there',
    part: 'head',
    statuses: [412],
    spoil: (spoiling) => {
      if (!takes(spoiling.operation, 'If-Match')) return false;
      const tags = [
        '"x"',
        'W/"x"',
        '""',
        '"__proto__"',
        '"1-"',
        '"a", "b"',
        `"${'x'.repeat(4_000)}"`,
      ];
      setHeader(spoiling, 'if-match', spoiling.random.pick(tags));
      return true;
    },
  },
  {
    name: 'If-Match after more headers than Node keeps unless it is told to',
    part: 'head',
    statuses: [412, 431],
    spoil: (spoiling) => {
      if (!takes(spoiling.operation, 'If-Match')) return false;
      spoiling.request.headers.push(...Array<string>(2_100).fill('a: b'), 'if-match: "x"');
      return true;
    },
  },
  {
    name: 'a body of another type than JSON',
    part: 'head',
    statuses: [415],
    spoil: (spoiling) => {
      if (!bodySchema(spoiling.operation)) return false;
      const type = spoiling.random.onceIn(5) ? undefined : spoiling.random.pick(WRONG_TYPES);
      setHeader(spoiling, 'content-type', type);
      return true;
    },
  },
  {
    name: 'a body that is encoded',
    part: 'head',
    statuses: [415],
    spoil: (spoiling) => {
      if (!bodySchema(spoiling.operation)) return false;
      const encodings = ['gzip', 'br', 'deflate', 'identity, gzip', 'x', '*'];
      setHeader(spoiling, 'content-encoding', spoiling.random.pick(encodings));
      return true;
    },
  },
];
