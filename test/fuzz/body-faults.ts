import type { Fault, Spoiling } from './fault.js';
import { LIMITS } from './limits.js';
import { chunk } from './raw-request.js';

const NO_JSON = [
  ...[
    '',
    ' ',
    '\n',
    '\0',
    '{',
    '}',
    '{]',
    "{'a':1}",
    '{a:1}',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{,}',
  ],
  ...['{"a":01}', '{"a":+1}', '{"a":.5}', '{"a":1.}', '{"a":1e}', '{"a":0x1}', '{"a":NaN}'],
  ...['{"a":Infinity}', '{"a":undefined}', '{"a":TRUE}', '{"a":nul}', '{"a":"\\x41"}'],
  ...[
    '{"a":"\\u12"}',
    '{"a":"\\"}',
    '{"a":"\n"}',
    '{"a":"\u0000"}',
    '{"\u001f":1}',
    '{"a":1 "b":2}',
  ],
  ...['{}{}', '{}\n{}', '/* */{}', '{}//', '#{}', '\u00a0{}', '\ufeff\ufeff{}', '{}\ufeff', '--x'],
  ...['a=b&c=d', '<x/>', '---\na: 1', ")]}',\n{}", '{"__proto__":}', '\u2028{}', '{"a":1;"b":2}'],
];

const NO_OBJECT = [
  '[]',
  '[{}]',
  'null',
  'true',
  '0',
  '-0',
  '1e400',
  '"x"',
  '"{}"',
  '["__proto__"]',
];

/** Neither UTF-8 nor a part of it (RFC 3629 section 3). */
const NO_UTF8 = [
  'ff',
  'fe',
  '80',
  'c080',
  'c1bf',
  'eda080',
  'edb080',
  'f4908080',
  'e282',
  'f09f98',
  'fffe',
];

/** Put at the start of an object, it makes two members of one name; of names that are told late. */
const TWICE = [
  '"d":1,"d":2,',
  '"d":1,"\\u0064":1,',
  '"__proto__":{},"__proto__":{},',
  '"d":{"a":[{"b":1,"b":1}]},',
  '"":0,"":0,',
  '"\\ud800":0,"\\uD800":0,',
];

/**
 * What is not whole must not be done, also where the body would not be looked at. A read may be
 * answered before its body has come.
 */
function bodyOfWrite({ request }: Spoiling): Buffer | undefined {
  return request.method === 'GET' ? undefined : (request.body ?? Buffer.from('{}'));
}

/** A fault of the bytes of a body, whatever they stand for. */
function bodyFault(
  name: string,
  change: (body: Buffer, spoiling: Spoiling) => string | Buffer,
  statuses: readonly number[] = [400],
): Fault {
  return {
    name,
    part: 'body',
    statuses,
    spoil: (spoiling) => {
      const { body } = spoiling.request;
      if (!body) return false;
      const changed = change(body, spoiling);
      spoiling.request.body = typeof changed === 'string' ? Buffer.from(changed) : changed;
      return true;
    },
  };
}

/** A body with something at the start of its object. */
function withFirst(body: Buffer, members: string): string {
  return `{${members}${body.toString().slice(1)}`;
}

function nested(random: Spoiling['random'], depth: number): string {
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ]);
  return `"d":${open.repeat(depth)}0${close.repeat(random.pick([depth, depth, 0, depth - 1]))},`;
}

export const BODY_FAULTS: readonly Fault[] = [
  bodyFault('a body that is cut', (body, { random }) =>
    body.subarray(0, random.below(body.length)),
  ),
  bodyFault('a body with more after its end', (body, { random }) =>
    Buffer.concat([
      body,
      Buffer.from(random.pick(['}', '{}', ',', 'x', '\0', '//', '\ufeff', '"'])),
    ]),
  ),
  bodyFault('a body that is no JSON', (_, { random }) => random.pick(NO_JSON)),
  bodyFault('a body that is no object', (_, { random }) => random.pick(NO_OBJECT)),
  bodyFault('a body that is not UTF-8', (body, { random }) => {
    const at = random.below(body.length + 1);
    const bytes = Buffer.from(random.pick(NO_UTF8), 'hex');
    return Buffer.concat([body.subarray(0, at), bytes, body.subarray(at)]);
  }),
  bodyFault('a body in UTF-16', (body, { random }) =>
    Buffer.from(random.pick(['', '\ufeff']) + body.toString(), 'utf16le'),
  ),
  bodyFault('a member that stands twice', (body, { random }) =>
    withFirst(body, random.pick(TWICE)),
  ),
  bodyFault('nesting over the limit', (body, { random }) =>
    withFirst(body, nested(random, LIMITS.depth + random.pick([20, 200, 2_000, 8_000]))),
  ),
  bodyFault('more keys than the limit', (body, { random }) => {
    const count = LIMITS.keys + random.pick([1, 500]);
    return withFirst(body, Array.from({ length: count }, (_, at) => `"k${at}":0,`).join(''));
  }),
  {
    ...bodyFault('a body over the limit', (body, { random }) =>
      Buffer.concat([body, Buffer.alloc(LIMITS.bytes * random.pick([1, 4]), ' ')]),
    ),
    statuses: [413],
    // What is sent to a server that has stopped reading can take its answer with it.
    mayClose: true,
  },
  {
    name: 'a body that is announced as over the limit',
    part: 'body',
    statuses: [413],
    spoil: (spoiling) => {
      const { request, random } = spoiling;
      if (!request.body) return false;
      request.framing = 'none';
      request.headers.push(`content-length: ${random.pick(['1000000', '9007199254740991'])}`);
      return true;
    },
  },
  {
    name: 'a body that ends before its length',
    part: 'body',
    statuses: [400],
    mayClose: true,
    spoil: (spoiling) => {
      const { request, random } = spoiling;
      const body = bodyOfWrite(spoiling);
      if (!body) return false;
      request.body = body;
      request.framing = 'none';
      request.headers.push(`content-length: ${body.length + random.pick([1, 2, 1_000])}`);
      request.ending = random.pick(['close its side', 'vanish']);
      return true;
    },
  },
  {
    name: 'chunks that are broken',
    part: 'body',
    statuses: [400],
    mayClose: true,
    spoil: (spoiling) => {
      const { request, random } = spoiling;
      const body = bodyOfWrite(spoiling);
      if (!body) return false;
      request.framing = 'none';
      request.headers.push('transfer-encoding: chunked');
      const size = body.length;
      const broken = random.pick([
        ...['', 'zz\r\n', '-1\r\n', '0', '0\r\n', '0\n\n', '+0\r\n\r\n', '0x0\r\n\r\n', '\r\n\r\n'],
        ...['fffffffffffffffff\r\n', '2{}\r\n0\r\n\r\n', '0\r\nno trailer\r\n\r\n', '1\r\n\r\n'],
        `1;${'x'.repeat(20_000)}\r\n \r\n0\r\n\r\n`,
      ]);
      request.body = random.pick([
        Buffer.concat([chunk(body), Buffer.from(broken)]),
        Buffer.from(`${(size - 1).toString(16)}\r\n${body.toString()}\r\n0\r\n\r\n`),
        Buffer.from(`${(size + 9).toString(16)}\r\n${body.toString()}\r\n0\r\n\r\n`),
      ]);
      request.ending = 'close its side';
      return true;
    },
  },
];
