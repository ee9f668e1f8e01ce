import { BROKEN_ENCODINGS, HOSTILE_TEXTS, RAW_BYTES, type Fault, type Spoiling } from './fault.js';
import { parametersOf } from './sound-requests.js';

/** Names of a good form of things that are not there. */
const ABSENT = ['constructor', 'tostring', 'none', '0', 'null', 'undefined', 'hasownproperty-v1'];

const NOT_A_REVISION = [
  '0',
  '-1',
  '-0',
  '1.0',
  '1e0',
  '0x1',
  'NaN',
  '%EF%BC%91',
  '1%20',
  '9'.repeat(40),
  '999',
];

/** Puts something in place of one of the path's parameters. */
function replaceParameter(
  { request, operation, random }: Spoiling,
  replacements: (name: string) => readonly string[],
): boolean {
  const parameters = parametersOf(operation, 'path');
  if (parameters.length === 0) return false;
  const { name } = random.pick(parameters);
  const at = operation.path.split('/').indexOf(`{${name}}`);
  const steps = request.path.split('/');
  steps[at] = random.pick(replacements(name));
  request.path = steps.join('/');
  return true;
}

/** Puts something somewhere into the path, the slash at its start aside. */
function insert({ request, random }: Spoiling, texts: readonly string[]): boolean {
  const { path } = request;
  const at = 1 + random.below(path.length);
  request.path = path.slice(0, at) + random.pick(texts) + path.slice(at);
  return true;
}

export const PATH_FAULTS: readonly Fault[] = [
  {
    name: 'a parameter of the path that names nothing',
    part: 'path',
    statuses: [400, 404],
    spoil: (spoiling) =>
      replaceParameter(spoiling, (name) =>
        name === 'revision' ? NOT_A_REVISION : [...HOSTILE_TEXTS, ...ABSENT],
      ),
  },
  {
    name: 'a malformed percent-encoding in the path',
    part: 'path',
    // With what follows it may become one that is well-formed, and leads nowhere.
    statuses: [400, 404, 405],
    spoil: (spoiling) => insert(spoiling, BROKEN_ENCODINGS),
  },
  {
    name: 'a raw byte in the path that no URL has',
    part: 'path',
    statuses: [400],
    spoil: (spoiling) => insert(spoiling, RAW_BYTES),
  },
  {
    name: 'a path that leads nowhere',
    part: 'path',
    statuses: [400, 404, 405],
    spoil: ({ request, random }) => {
      const { path } = request;
      request.path = random.pick([
        `${path}/nowhere`,
        `${path}/%00`,
        `${path}/../..`,
        `${path}/..%2f..`,
        `${path};version=1`,
        `${path}.json`,
        `//${path}`,
        `/tekton/tekton${path}`,
        path.replace('/v1/', '/v2/'),
        path.replace('/api/', '/API/'),
        path.replace('/api/', '/api//'),
        path.replace('/api/', '/%2fapi/'),
        path.replaceAll('/', '\\'),
        '/',
        '/__proto__',
        '/../../../etc/passwd',
        '/api/v1/%2e%2e/health',
      ]);
      return true;
    },
  },
  {
    name: 'a path over the limit',
    part: 'path',
    statuses: [414, 431],
    spoil: ({ request, random }) => {
      request.path += '/x'.repeat(random.pick([5_000, 40_000]));
      return true;
    },
  },
];
