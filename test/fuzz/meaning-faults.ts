import { addMember, placesOf, type Place } from './body-places.js';
import type { Fault, Spoiling } from './fault.js';
import { bodySchema } from './sound-requests.js';

/** Names that no schema of the API, no service instance, application or version has. */
const NAMES = [
  ...[
    '__proto__',
    'toString',
    'hasOwnProperty',
    '',
    ' ',
    '\0',
    '\ud800',
    '../..',
    'a b',
    'a.b',
    '*',
    '>',
  ],
  ...['ÄÖ', '😀', '\u202e', 'UPPER', '$where', '__proto__.x', '[object Object]', 'x'.repeat(300)],
];
const VALUES: readonly unknown[] = [{}, { a: 1 }, [], '', 'x', 1, true];
const OF_NO_TYPE: Readonly<Record<string, readonly unknown[]>> = {
  string: [1, 0.5, true, [], {}, ['x']],
  object: [1, 'x', true, [], [{}]],
  array: [1, 'x', true, {}, { length: 1 }],
};

/** Texts that the fields of applications and versions do not take. */
const BAD_TEXTS: Readonly<Record<string, readonly string[]>> = {
  displayName: ['', '\0', 'a\0b', '\ud800', '\udc00x', 'x'.repeat(257)],
  description: ['', '\0', '\udfff', 'x'.repeat(4_097)],
  name: [
    '',
    ' ',
    'UPPER',
    '-x',
    'a.b',
    'a b',
    '*',
    '>',
    '\0',
    'ä',
    'x\n',
    'x'.repeat(160),
    '__proto__',
  ],
  suffix: ['', '-', 'V1', 'a_b', 'a.b', '\0', 'ä', '1\n', 'x'.repeat(51), '__proto__'],
};

/** What does not fit the schemas of the service instance epts, by method and the tail of the path. */
const UNFIT: readonly [call: RegExp, documents: readonly string[]][] = [
  [/^PATCH .*app-versions\/[^/]+$/, ['{"path":null}']],
  [/^PUT .*app-versions\/[^/]+$/, ['{}', '{"__proto__":{"path":"/"}}', '{"Path":"/"}']],
  [
    /applications\/[^/]+$/,
    [
      '{"__proto__":{"autoExtraction":true}}',
      '{"constructor":{"prototype":{}}}',
      '{"toString":1}',
      '{"":1}',
      '{"versions":{}}',
      '{"autoExtraction":"true"}',
      '{"autoExtraction":1e400}',
      '{"timeSeries":[{"name":"a"},{"__proto__":{"name":"a"}}]}',
      '{"timeSeries":[{"name":"a\\u0000"}]}',
      '{"timeSeries":{"length":0}}',
    ],
  ],
];

/** Changes the body at one of its places; false if none is fit for it. */
function changeAt(
  { request, operation, random, schemas }: Spoiling,
  isFit: (place: Place) => boolean,
  change: (place: Place) => void,
): boolean {
  if (!request.body) return false;
  const body = { value: JSON.parse(request.body.toString()) as unknown };
  const places = placesOf(operation, schemas, body).filter(isFit);
  if (places.length === 0) return false;
  change(random.pick(places));
  request.body = Buffer.from(JSON.stringify(body.value));
  return true;
}

function textTypes({ schema: { type } }: Place): string[] {
  return [type ?? []].flat();
}

export const MEANING_FAULTS: readonly Fault[] = [
  {
    name: 'a value of a type that its place does not take',
    part: 'body',
    statuses: [400],
    spoil: (spoiling) =>
      changeAt(
        spoiling,
        (place) => textTypes(place).some((type) => type in OF_NO_TYPE),
        (place) => {
          const type = textTypes(place).find((one) => one in OF_NO_TYPE) ?? '';
          place.replace(spoiling.random.pick(OF_NO_TYPE[type] ?? []));
        },
      ),
  },
  {
    name: 'a member that nothing knows',
    part: 'body',
    statuses: [400],
    spoil: (spoiling) =>
      changeAt(
        spoiling,
        ({ schema, value }) =>
          typeof value === 'object' &&
          !Array.isArray(value) &&
          schema.additionalProperties !== true,
        ({ value }) => {
          addMember(value, spoiling.random.pick(NAMES), spoiling.random.pick(VALUES));
        },
      ),
  },
  {
    name: 'a text that its field does not take',
    part: 'body',
    statuses: [400],
    spoil: (spoiling) => {
      const { request, operation, random } = spoiling;
      if (bodySchema(operation)?.$ref === undefined || !request.body) return false;
      const fields = Object.keys(JSON.parse(request.body.toString()) as object);
      const field = random.pick(fields);
      return changeAt(
        spoiling,
        ({ value }) => typeof value === 'object',
        ({ value }) => {
          (value as Record<string, unknown>)[field] = random.pick(BAD_TEXTS[field] ?? []);
        },
      );
    },
  },
  {
    name: 'a name that is taken, or clashes with one',
    part: 'body',
    statuses: [400, 409],
    spoil: ({ request, random }) => {
      if (request.method !== 'POST' || !request.path.startsWith('/api/v1/applications'))
        return false;
      const taken = request.path.endsWith('/applications')
        ? ['{"name":"smart_kettle"}', '{"name":"smart-kettle"}', '{"name":"smartkettle"}']
        : [
            '{"suffix":"v1"}',
            '{"name":"smart_kettle_v1"}',
            '{"suffix":"v2","name":"smart_kettle-v2"}',
          ];
      request.body = Buffer.from(random.pick(taken));
      return true;
    },
  },
  {
    name: 'a document that does not fit its schema',
    part: 'body',
    statuses: [400],
    spoil: ({ request, random }) => {
      const called = `${request.method} ${request.path}`;
      const [, documents] = UNFIT.find(([call]) => call.test(called)) ?? [];
      if (!documents || !request.body || !request.path.includes('/app-configs/')) return false;
      const isOne = request.query.includes('serviceInstanceName=epts');
      const document = random.pick(documents);
      request.body = Buffer.from(isOne ? document : `{"cmx":{"a":1},"epts":${document}}`);
      return true;
    },
  },
  {
    name: 'documents for what is no service instance',
    part: 'body',
    statuses: [400],
    spoil: ({ request, random }) => {
      if (request.method !== 'PUT' || !request.path.includes('-configs')) return false;
      if (request.query.some((part) => part.startsWith('serviceInstanceName='))) return false;
      const body = { cmx: { a: 1 } };
      addMember(body, random.pick([...NAMES, 'CMX', 'cmx ', 'constructor']), {});
      request.body = Buffer.from(JSON.stringify(body));
      return true;
    },
  },
];
