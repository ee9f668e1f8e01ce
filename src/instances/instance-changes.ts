import { SCHEMA_FIELDS, TEXT_FIELDS, type ServiceInstance } from '../settings/service-instance.js';

/** In what two sets of service instances differ. */
export interface InstanceChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Of each instance that is in both, the fields that differ; the field of a schema says its level. */
  readonly changed: ReadonlyMap<string, readonly string[]>;
  /** Whether those that are in both come in another order. */
  readonly isReordered: boolean;
}

export function changesBetween(
  before: readonly ServiceInstance[],
  after: readonly ServiceInstance[],
): InstanceChanges {
  const old = new Map(before.map((instance) => [instance.name, instance]));
  const names = new Set(after.map(({ name }) => name));
  const changed = new Map<string, readonly string[]>();
  for (const instance of after) {
    const former = old.get(instance.name);
    const fields = former ? changedFields(former, instance) : [];
    if (fields.length > 0) changed.set(instance.name, fields);
  }
  const kept = before.filter(({ name }) => names.has(name));
  const stillThere = after.filter(({ name }) => old.has(name));
  return {
    added: after.filter(({ name }) => !old.has(name)).map(({ name }) => name),
    removed: before.filter(({ name }) => !names.has(name)).map(({ name }) => name),
    changed,
    isReordered: kept.some(({ name }, index) => name !== stillThere[index]?.name),
  };
}

function changedFields(before: ServiceInstance, after: ServiceInstance): string[] {
  return [
    ...TEXT_FIELDS.filter((field) => before[field] !== after[field]),
    ...SCHEMA_FIELDS.filter((field) => schemaText(before, field) !== schemaText(after, field)),
  ];
}

/** What a schema says; `undefined` if the instance has none there. */
export function schemaText(
  { schemas }: ServiceInstance,
  field: (typeof SCHEMA_FIELDS)[number],
): string | undefined {
  return schemas[field] && JSON.stringify(schemas[field].source);
}
