import { createRequire } from 'node:module';
import type { Ajv, ErrorObject, Options, ValidateFunction } from 'ajv';
import type { Fault } from '../errors/tekton-error.js';
import { describeViolation } from './schema-violation.js';

/** How many faults of one document are told; a document with more is not going to be read. */
export const FAULTS_TOLD = 100;

type AjvClass = new (options: Options) => Ajv;
type AddFormats = (ajv: Ajv) => void;

const require = createRequire(import.meta.url);
const OPTIONS: Options = {
  allErrors: true,
  strict: false,
  verbose: true,
  logger: false,
  // A document that has no `toString` of its own has none.
  ownProperties: true,
  // 0.07 is a multiple of 0.01, though its quotient in binary is not quite whole.
  multipleOfPrecision: 6,
};
const DEFAULT_DIALECT = 'https://json-schema.org/draft/2020-12/schema';

interface Dialect {
  /** Loaded when a schema first asks for it: one costs ten milliseconds and a few megabytes. */
  module: string;
  metaSchema?: string;
  /** Rules that the module knows and the dialect does not: they are to be passed over. */
  unknownRules: readonly string[];
  /** Up to draft-07, what stands beside a `$ref` is passed over. */
  refStandsAlone?: boolean;
}

/** The dialects by their `$schema`. */
const DIALECTS: Readonly<Record<string, Dialect>> = {
  'http://json-schema.org/draft-04/schema': {
    module: 'ajv-draft-04',
    unknownRules: ['const', 'contains', 'propertyNames', 'if', 'then', 'else'],
    refStandsAlone: true,
  },
  'http://json-schema.org/draft-06/schema': {
    module: 'ajv',
    metaSchema: 'ajv/dist/refs/json-schema-draft-06.json',
    unknownRules: ['id', 'if', 'then', 'else'],
    refStandsAlone: true,
  },
  'http://json-schema.org/draft-07/schema': {
    module: 'ajv',
    unknownRules: ['id'],
    refStandsAlone: true,
  },
  'https://json-schema.org/draft/2019-09/schema': {
    module: 'ajv/dist/2019.js',
    unknownRules: ['id'],
  },
  [DEFAULT_DIALECT]: { module: 'ajv/dist/2020.js', unknownRules: ['id'] },
};

function createAjv(dialect: Dialect, options: Options = {}): Ajv {
  const { default: AjvOfDialect } = require(dialect.module) as { default: AjvClass };
  const { default: addFormats } = require('ajv-formats') as { default: AddFormats };
  const ajv = new AjvOfDialect({
    ...OPTIONS,
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- as are the dialects that need it
    ignoreKeywordsWithRef: dialect.refStandsAlone ?? false,
    ...options,
  });
  if (dialect.metaSchema) ajv.addMetaSchema(require(dialect.metaSchema) as object);
  for (const rule of dialect.unknownRules) ajv.removeKeyword(rule);
  addFormats(ajv);
  return ajv;
}

/** One instance a dialect that judges schemas: compiling a meta-schema is what costs. */
const judges = new Map<string, Ajv>();

/** A JSON Schema that is ready to judge documents. */
export interface CompiledSchema {
  /** The schema as the operator gave it. */
  readonly source: Readonly<Record<string, unknown>>;
  /** All faults of a document; none if it fits. */
  readonly validate: (document: unknown) => Fault[];
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
  const { $schema: named = DEFAULT_DIALECT } = source;
  const uri = typeof named === 'string' ? named.replace(/#$/, '') : '';
  const dialect = Object.hasOwn(DIALECTS, uri) ? DIALECTS[uri] : undefined;
  if (!dialect) {
    const known = Object.keys(DIALECTS).join(', ');
    throw new Error(`$schema ${JSON.stringify(named)} is not known; use one of ${known}`);
  }
  const judge = judges.get(uri) ?? createAjv(dialect);
  judges.set(uri, judge);
  if (judge.validateSchema(source) !== true) throw new Error(describeFaults(judge));
  // No rule of JSON Schema, but the compiler's own: it would make every answer a promise.
  const { $async: _, ...rules } = source;
  // A compiler of its own for each schema, so that equal `$id`s of two instances do not clash.
  return createAjv(dialect, { validateSchema: false }).compile(rules);
}

/** The newer dialects judge a schema by several vocabularies, which find the same fault. */
function describeFaults({ errors }: Ajv): string {
  const texts = (errors ?? []).map(
    ({ instancePath, message }) => `schema${instancePath} ${message ?? 'is not valid'}`,
  );
  return [...new Set(texts)].join(', ');
}

/** `if` only says that `then` or `else` failed, which their own faults say better. */
function tellsMore(error: ErrorObject): boolean {
  return error.keyword !== 'if';
}

function toFault(error: ErrorObject): Fault {
  return { path: error.instancePath, message: describeViolation(error) };
}
