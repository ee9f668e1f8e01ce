import { Ajv, type ValidateFunction } from 'ajv';
import type { Fault } from '../errors/tekton-error.js';
import { describeViolation } from '../json/schema-violation.js';

/** What a path or query parameter takes, as a Schema Object of OpenAPI 3.1. */
export interface ParameterSchema {
  type: 'string' | 'integer' | 'boolean' | 'array';
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  default?: string | number | boolean;
  enum?: readonly string[];
  items?: ParameterSchema;
}

/** A parameter: what is validated, and what OpenAPI says of it. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly description: string;
  readonly schema: ParameterSchema;
  readonly example?: unknown;
}

type Value = string | number | boolean | string[];
export type ParameterValues = Record<string, Value | undefined>;
type Given = Readonly<Record<string, string | string[] | undefined>>;

interface CompiledParameter extends Parameter {
  readonly validate: ValidateFunction;
}

const ajv = new Ajv({ allErrors: true, strict: false });

/** The parameters of one route, compiled once. */
export class ParameterSet {
  private readonly compiled: readonly CompiledParameter[];
  private readonly queryNames: ReadonlySet<string>;

  constructor(readonly parameters: readonly Parameter[]) {
    // Headers are read where they are used; here they are only described.
    this.compiled = parameters
      .filter((parameter) => parameter.in !== 'header')
      .map((parameter) => ({ ...parameter, validate: ajv.compile(parameter.schema) }));
    this.queryNames = new Set(
      parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
    );
  }

  /**
   * Reads the parameters of a request.
   *
   * @param faults every fault is added here, unknown query parameters included
   */
  read(path: Given, query: Given, faults: Fault[]): ParameterValues {
    for (const name of Object.keys(query)) {
      if (!this.queryNames.has(name)) faults.push({ path: name, message: this.describeUnknown() });
    }
    const values: ParameterValues = {};
    for (const parameter of this.compiled) {
      const { name, schema } = parameter;
      const given = parameter.in === 'path' ? path[name] : query[name];
      if (given === undefined) {
        if (parameter.required) faults.push({ path: name, message: 'is required' });
        else if (schema.default !== undefined) values[name] = schema.default;
        continue;
      }
      const value = convert(given, schema);
      if (value === undefined) {
        faults.push({ path: name, message: 'is given more than once; give it once' });
      } else if (parameter.validate(value)) {
        values[name] = value;
      } else {
        for (const error of parameter.validate.errors ?? []) {
          faults.push({ path: name, message: describeViolation(error) });
        }
      }
    }
    return values;
  }

  private describeUnknown(): string {
    const known = [...this.queryNames];
    return known.length > 0
      ? `is not a query parameter of this call; it has ${known.join(', ')}`
      : 'is not a query parameter of this call; it has none';
  }
}

/** The value that the text of a parameter stands for; the schema judges it afterwards. */
function convert(given: string | string[], schema: ParameterSchema): Value | undefined {
  if (schema.type === 'array') {
    return (Array.isArray(given) ? given : [given]).flatMap((text) => text.split(','));
  }
  if (Array.isArray(given)) return undefined;
  if (schema.type === 'integer' && /^-?[0-9]{1,16}$/.test(given)) return Number(given);
  if (schema.type === 'boolean' && (given === 'true' || given === 'false')) return given === 'true';
  return given;
}
