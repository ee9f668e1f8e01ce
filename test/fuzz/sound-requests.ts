import { API, type Operation } from '../openapi/api-document.js';
import type { RestClient } from '../support/rest-client.js';
import type { RawRequest } from './raw-request.js';
import type { Random } from './random.js';

/** What this needs of a Schema Object. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  example?: unknown;
  examples?: unknown[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
}

export interface DocumentedParameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: {
    type: 'string' | 'integer' | 'boolean' | 'array';
    pattern?: string;
    enum?: string[];
    items?: { enum?: string[] };
    default?: string | number | boolean;
    examples?: (string | number)[];
  };
}

const APPLICATION = '/app-configs/applications/smart_kettle';
const CONFIGURATIONS = [
  [APPLICATION, '{"autoExtraction":true}'],
  [`${APPLICATION}/app-versions/smart_kettle-v1`, '{"path":"/"}'],
  ['/tenant-configs', '{"any":1}'],
] as const;

export const CONFIGURATION_PATHS = CONFIGURATIONS.map(([path]) => path);

/** Makes what the examples of the document are about, each configuration with two revisions. */
export async function makeWhatExamplesName(rest: RestClient): Promise<void> {
  const made = [
    await rest.post('/applications', { name: 'smart_kettle' }),
    await rest.post('/applications/smart_kettle/app-versions', { suffix: 'v1' }),
  ];
  for (const [path, document] of CONFIGURATIONS) {
    const one = `${path}?serviceInstanceName=epts`;
    const first = document.replace('/', '/first').replace('true', 'false').replace('1', '0');
    made.push(await rest.put(one, first), await rest.put(one, document));
  }
  const failed = made.filter(({ status }) => status > 201);
  if (failed.length > 0) throw new Error(failed.map(({ text }) => text).join('\n'));
}

export function parametersOf({ parameters }: Operation, place: string): DocumentedParameter[] {
  return ((parameters ?? []) as DocumentedParameter[]).filter((one) => one.in === place);
}

/**
 * A request that the operation takes as it stands: what refuses it is the fault that is put into
 * it, and nothing else.
 */
export function soundRequest(
  operation: Operation,
  schemas: Record<string, unknown>,
  random: Random,
): RawRequest {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const parameter = parametersOf(operation, 'path').find((one) => one.name === name);
    return parameter ? soundValue(parameter) : '';
  });
  const query = parametersOf(operation, 'query')
    .filter(({ name, required = false }) => required || (name !== 'dryRun' && random.onceIn(2)))
    .map((parameter) => `${parameter.name}=${soundValue(parameter)}`);
  const body = soundBody(operation, query, schemas);
  return {
    method: operation.method,
    path,
    query,
    version: 'HTTP/1.1',
    headers: [
      'host: 127.0.0.1',
      'connection: close',
      ...(body === undefined ? [] : ['content-type: application/json']),
    ],
    body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
    framing: random.onceIn(4) ? 'chunks' : 'length',
    ending: 'wait',
  };
}

function soundValue({ schema }: DocumentedParameter): string {
  const { examples: [example] = [], default: standard, type } = schema;
  return String(example ?? standard ?? (type === 'integer' ? 2 : false));
}

/** The schema of an operation's body, if it takes one. */
export function bodySchema({ requestBody }: Operation): Schema | undefined {
  if (!requestBody || !('content' in requestBody)) return undefined;
  return Object.values(requestBody.content)[0]?.schema as Schema | undefined;
}

function soundBody(
  operation: Operation,
  query: readonly string[],
  schemas: Record<string, unknown>,
): unknown {
  const schema = bodySchema(operation);
  if (!schema) return undefined;
  // Documents must fit the schemas of an instance, whatever example stands for all of them.
  if (schema.additionalProperties !== true && schema.example !== undefined) return schema.example;
  if (schema.$ref !== undefined) {
    const { properties = {} } = schemas[schema.$ref.split('/').at(-1) ?? ''] as Schema;
    return Object.fromEntries(
      Object.entries(properties)
        .filter(([, { example }]) => example !== undefined)
        // The examples are there already; what is made must be new.
        .map(([name, { example }]) => [
          name,
          { name: 'second_kettle', suffix: 'v2' }[name] ?? example,
        ]),
    );
  }
  const [, document = ''] =
    CONFIGURATIONS.findLast(([path]) => operation.path.startsWith(API + templateOf(path))) ?? [];
  const one = JSON.parse(document) as object;
  return query.some((part) => part.startsWith('serviceInstanceName=')) ? one : { epts: one };
}

/** The path as it is in the document. */
function templateOf(path: string): string {
  return path.replace('smart_kettle-v1', '{appVersionName}').replace('smart_kettle', '{appName}');
}
