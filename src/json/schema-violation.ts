import type { ErrorObject } from 'ajv';

type Describe = (params: Record<string, unknown>, error: ErrorObject) => string;

const list = (values: unknown): string =>
  (Array.isArray(values) ? values : [values]).map((value) => JSON.stringify(value)).join(', ');

const typeName = (type: unknown): string =>
  (Array.isArray(type) ? (type as string[]) : [String(type)])
    .map((name) => (/^[aeio]/.test(name) ? `an ${name}` : name === 'null' ? name : `a ${name}`))
    .join(' or ');

const amount = (count: unknown, singular: string, plural = `${singular}s`): string =>
  `${String(count)} ${count === 1 ? singular : plural}`;

/** A rule of JSON Schema in words, by its keyword. */
const DESCRIPTIONS: Readonly<Record<string, Describe>> = {
  type: ({ type }) => `must be ${typeName(type)}`,
  required: ({ missingProperty }) => `the property ${JSON.stringify(missingProperty)} is missing`,
  additionalProperties: ({ additionalProperty }) =>
    `the property ${JSON.stringify(additionalProperty)} is not known here; remove or rename it`,
  unevaluatedProperties: ({ unevaluatedProperty }) =>
    `the property ${JSON.stringify(unevaluatedProperty)} is not known here; remove or rename it`,
  propertyNames: ({ propertyName }) =>
    `the property name ${JSON.stringify(propertyName)} is not allowed`,
  enum: ({ allowedValues }) => `must be one of ${list(allowedValues)}`,
  const: ({ allowedValue }) => `must be ${JSON.stringify(allowedValue)}`,
  pattern: ({ pattern }) => `must match the pattern ${String(pattern)}`,
  format: ({ format }) => `must be in the format ${JSON.stringify(format)}`,
  minLength: ({ limit }) => `must be at least ${amount(limit, 'character')} long`,
  maxLength: ({ limit }) => `must be at most ${amount(limit, 'character')} long`,
  minimum: ({ comparison, limit }) => `must be ${String(comparison)} ${String(limit)}`,
  maximum: ({ comparison, limit }) => `must be ${String(comparison)} ${String(limit)}`,
  exclusiveMinimum: ({ limit }) => `must be greater than ${String(limit)}`,
  exclusiveMaximum: ({ limit }) => `must be less than ${String(limit)}`,
  multipleOf: ({ multipleOf }) => `must be a multiple of ${String(multipleOf)}`,
  minItems: ({ limit }) => `must have at least ${amount(limit, 'element')}`,
  maxItems: ({ limit }) => `must have at most ${amount(limit, 'element')}`,
  uniqueItems: ({ i, j }) => `the elements ${String(j)} and ${String(i)} are the same`,
  minProperties: ({ limit }) => `must have at least ${amount(limit, 'property', 'properties')}`,
  maxProperties: ({ limit }) => `must have at most ${amount(limit, 'property', 'properties')}`,
};

/** What a document breaks, in words; the keyword follows for those who read the schema. */
export function describeViolation(error: ErrorObject): string {
  const describe = Object.hasOwn(DESCRIPTIONS, error.keyword)
    ? DESCRIPTIONS[error.keyword]
    : undefined;
  const words = describe
    ? describe(error.params as Record<string, unknown>, error)
    : (error.message ?? 'is not allowed');
  return `${words} (rule: ${error.keyword})`;
}
