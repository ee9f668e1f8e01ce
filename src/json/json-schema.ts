import { createRequire } from 'node:module';
import type { Ajv, ErrorObject, Options, ValidateFunction } from 'ajv';
import type { Fault } from '../errors/tekton-error.js';
import { describeViolation } from './schema-violation.js';

/** How many faults of one document are told; a document with more is not going to be read. */
export const FAULTS_TOLD = 100;

type AjvClass = new (options: Options) => Ajv;
type AddFormats = (ajv: Ajv) => void;

const require = createRequire(import.meta.url);
const OPTIONS: Options = { allErrors: true, strict: false, verbose: true, logger: false };
const DEFAULT_DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/**
 * The dialects by their `$schema`. Each is loaded when a schema first asks for it: one costs some
 * ten milliseconds and a few megabytes.
 */
const DIALECTS: Readonly<Record<string, (options: Options) => Ajv>> = {
  'http://json-schema.org/draft-04/schema': dialect('ajv-draft-04'),
  'http://json-schema.org/draft-06/schema': (options) => {
    const ajv = dialect('ajv')(options);
    ajv.addMetaSchema(require('ajv/dist/refs/json-schema-draft-06.json') as object);
    return ajv;
  },
  'http://json-schema.org/draft-07/schema': dialect('ajv'),
  'https://json-schema.org/draft/2019-09/schema': dialect('ajv/dist/2019.js'),
  [DEFAULT_DIALECT]: dialect('ajv/dist/2020.js'),
};

function dialect(module: string): (options: Options) => Ajv {
  return (options) => {
    const loaded = require(module) as { default: AjvClass };
    const ajv = new loaded.default(options);
    (require('ajv-formats') as { default: AddFormats }).default(ajv);
    return ajv;
  };
}

/** One instance a dialect that judges schemas: compiling a meta-schema is what costs. */
const judges = new Map<string, Ajv>();

/** A JSON Schema that is ready to judge documents. */
export interface CompiledSchema {
  /** The schema as the operator gave it. */
  readonly source: Readonly<Record<string, unknown>>;
  /** All faults of a document; none if it fits. */
  validate(document: unknown): Fault[];
}

/**
 * Compiles a schema of draft-04, -06, -07, 2019-09 or 2020-12, by its `$schema`; 2020-12 if it has
 * none.
 *
 * @throws {Error} if the dialect is not one of these, or the schema is not valid in it
 */
export function compileSchema(source: Record<string, unknown>): CompiledSchema {
  const validate = createValidator(source);
  return {
    source,
    validate: (document) =>
      validate(document)
        ? []
        : (validate.errors ?? []).filter(tellsMore).slice(0, FAULTS_TOLD).map(toFault),
  };
}

function createValidator(source: Record<string, unknown>): ValidateFunction {
  const named = source.$schema ?? DEFAULT_DIALECT;
  const uri = typeof named === 'string' ? named.replace(/#$/, '') : '';
  const create = Object.hasOwn(DIALECTS, uri) ? DIALECTS[uri] : undefined;
  if (!create) {
    const known = Object.keys(DIALECTS).join(', ');
    throw new Error(`$schema ${JSON.stringify(named)} is not known; use one of ${known}`);
  }
  const judge = judges.get(uri) ?? create(OPTIONS);
  judges.set(uri, judge);
  if (judge.validateSchema(source) !== true) {
    throw new Error(judge.errorsText(judge.errors, { dataVar: 'schema' }));
  }
  // A compiler of its own for each schema, so that equal `$id`s of two instances do not clash.
  return create({ ...OPTIONS, validateSchema: false }).compile(source);
}

/** `if` only says that `then` or `else` failed, which their own faults say better. */
function tellsMore(error: ErrorObject): boolean {
  return error.keyword !== 'if';
}

function toFault(error: ErrorObject): Fault {
  return { path: error.instancePath, message: describeViolation(error) };
}
