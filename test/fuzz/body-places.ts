import type { Operation } from '../openapi/api-document.js';
import { bodySchema, type Schema } from './sound-requests.js';

/** A place in a body, and what the document says of it. */
export interface Place {
  schema: Schema;
  value: unknown;
  /** Puts something else there. */
  replace: (value: unknown) => void;
}

type Members = Record<string, unknown>;

/** Every place of a body that the document describes, the body itself first. */
export function placesOf(
  operation: Operation,
  schemas: Readonly<Record<string, unknown>>,
  body: { value: unknown },
): Place[] {
  const places: Place[] = [];
  const visit = (given: Schema | undefined, value: unknown, replace: Place['replace']) => {
    const schema = given?.$ref ? (schemas[given.$ref.split('/').at(-1) ?? ''] as Schema) : given;
    if (!schema) return;
    places.push({ schema, value, replace });
    if (Array.isArray(value)) {
      value.forEach((element: unknown, index) => {
        visit(schema.items, element, (other) => {
          value[index] = other;
        });
      });
    } else if (typeof value === 'object' && value !== null) {
      const members = value as Members;
      for (const [name, member] of Object.entries(members)) {
        const { properties = {}, additionalProperties: other } = schema;
        const described = properties[name] ?? (typeof other === 'object' ? other : undefined);
        visit(described, member, (changed) => {
          members[name] = changed;
        });
      }
    }
  };
  visit(bodySchema(operation), body.value, (value) => {
    body.value = value;
  });
  return places;
}

/** A member of an object, also one that JavaScript would take for the object's prototype. */
export function addMember(object: unknown, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true });
}
