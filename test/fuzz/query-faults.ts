import { BROKEN_ENCODINGS, HOSTILE_TEXTS, RAW_BYTES, type Fault } from './fault.js';
import { parametersOf, type DocumentedParameter } from './sound-requests.js';

const UNKNOWN_NAMES = [
  '__proto__',
  '__proto__[x]',
  'constructor',
  'constructor.prototype',
  'toString',
  'hasOwnProperty',
  'unknown',
  'tenantid',
  'TENANTID',
  'tenantId%20',
  'tenantId%00',
  'tenantId[]',
  'tenantId[0]',
  'dryRun[]',
  'dry%2DRun',
  '$where',
  '0',
  'appName.name',
  ...HOSTILE_TEXTS,
  ...BROKEN_ENCODINGS,
];

const NO_INTEGERS = [
  ...['', '0', '-1', '-0', '1.5', '1e2', '0x10', 'NaN', 'Infinity', '+1', '%201', '1%00'],
  '9'.repeat(17),
  '9'.repeat(400),
];

/** Values that a parameter does not take, whatever they are to others. */
function badValues({ name, schema }: DocumentedParameter): readonly string[] {
  switch (schema.type) {
    case 'integer':
      return [...NO_INTEGERS, ...HOSTILE_TEXTS];
    case 'boolean':
      return [
        '',
        'TRUE',
        'True',
        '1',
        '0',
        'yes',
        'null',
        'true%20',
        'true,true',
        ...HOSTILE_TEXTS,
      ];
    case 'array':
      return ['', ',', 'x%2C', '%20', 'Everything', ...HOSTILE_TEXTS];
    case 'string':
      return name === 'mode'
        ? ['', 'MERGE', 'merge,replace', ...HOSTILE_TEXTS]
        : ['', ...HOSTILE_TEXTS];
  }
}

function without(query: readonly string[], name: string): string[] {
  return query.filter((part) => !part.startsWith(`${name}=`));
}

export const QUERY_FAULTS: readonly Fault[] = [
  {
    name: 'a query parameter that is not known',
    part: 'query',
    statuses: [400],
    spoil: ({ request, random }) => {
      const name = random.pick(UNKNOWN_NAMES);
      const unknown = random.onceIn(4)
        ? name
        : `${name}=${random.pick(['', '1', ...HOSTILE_TEXTS])}`;
      request.query.splice(random.below(request.query.length + 1), 0, unknown);
      return true;
    },
  },
  {
    name: 'a query parameter of a value that it does not take',
    part: 'query',
    // What is no service instance is missing to a read.
    statuses: [400, 404],
    spoil: ({ request, operation, random }) => {
      const parameters = parametersOf(operation, 'query');
      if (parameters.length === 0) return false;
      const parameter = random.pick(parameters);
      const { name } = parameter;
      const bad = random.pick([...badValues(parameter), ...BROKEN_ENCODINGS]);
      request.query = [...without(request.query, name), `${name}=${bad}`];
      return true;
    },
  },
  {
    name: 'a query parameter that is given twice',
    part: 'query',
    statuses: [400],
    spoil: ({ request, operation, random }) => {
      const single = parametersOf(operation, 'query').filter(
        ({ schema }) => schema.type !== 'array',
      );
      if (single.length === 0) return false;
      const { name } = random.pick(single);
      const values = ['true', 'false', 'epts', 'kaa', '1', 'merge', ''];
      request.query.push(`${name}=${random.pick(values)}`, `${name}=${random.pick(values)}`);
      return true;
    },
  },
  {
    name: 'a required query parameter that is missing',
    part: 'query',
    statuses: [400],
    spoil: ({ request, operation, random }) => {
      const required = parametersOf(operation, 'query').filter((parameter) => parameter.required);
      if (required.length === 0) return false;
      request.query = without(request.query, random.pick(required).name);
      return true;
    },
  },
  {
    name: 'a raw byte in the query that no URL has',
    part: 'query',
    statuses: [400],
    spoil: ({ request, random }) => {
      request.query.push(`a=${random.pick(RAW_BYTES)}b`);
      return true;
    },
  },
  {
    name: 'more query parameters than anybody needs',
    part: 'query',
    statuses: [400, 414, 431],
    spoil: ({ request, random }) => {
      const count = random.pick([100, 500, 2_000, 10_000]);
      request.query.push(...Array.from({ length: count }, (_, index) => `k${index}=v`));
      return true;
    },
  },
];
