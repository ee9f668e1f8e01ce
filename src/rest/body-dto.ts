import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { faultsError, type Fault } from '../errors/tekton-error.js';
import { toPointer, writeExact } from '../json/exact-json.js';
import type { RequestBody } from './request-body.js';

/**
 * Reads a body into a DTO whose properties carry class-validator's rules.
 *
 * @throws {TektonError} as `RequestBody.readObject`, or INVALID_BODY listing every fault, unknown
 *   properties included
 */
export async function readDto<Dto extends object>(
  body: RequestBody,
  Dto: new () => Dto,
  types?: readonly string[],
): Promise<Dto> {
  const members = await body.readObject(types);
  const known = propertiesOf(Dto);
  const dto = new Dto();
  const faults: Fault[] = [];
  for (const [name, { value }] of members) {
    if (known.has(name)) {
      Object.assign(dto, { [name]: JSON.parse(writeExact(value)) as unknown });
    } else {
      faults.push({
        path: toPointer([name]),
        message: `is not known; the body may have ${[...known].join(', ')}`,
      });
    }
  }
  for (const error of validateSync(dto)) faults.push(...toFaults(error));
  if (faults.length > 0) throw faultsError('INVALID_BODY', 'The body', faults);
  return dto;
}

function propertiesOf(Dto: new () => object): Set<string> {
  const rules = getMetadataStorage().getTargetValidationMetadatas(Dto, '', false, false);
  return new Set(rules.map(({ propertyName }) => propertyName));
}

function toFaults({ property, constraints }: ValidationError): Fault[] {
  return Object.values(constraints ?? {}).map((message) => ({
    path: toPointer([property]),
    message,
  }));
}
