import { faultsError, TektonError } from '../errors/tekton-error.js';
import type { ServiceInstance } from '../settings/service-instance.js';

/** Service instances by their names, in the order of the settings. */
export class InstanceSet {
  constructor(protected byName: ReadonlyMap<string, ServiceInstance>) {}

  list(): ServiceInstance[] {
    return [...this.byName.values()];
  }

  names(): string[] {
    return [...this.byName.keys()];
  }

  find(name: string): ServiceInstance | undefined {
    return this.byName.get(name);
  }

  /** @throws {TektonError} NOT_FOUND */
  require(name: string): ServiceInstance {
    const instance = this.byName.get(name);
    if (!instance) {
      throw new TektonError('NOT_FOUND', `There is no service instance ${JSON.stringify(name)}`);
    }
    return instance;
  }

  /**
   * The instance that a write names in a parameter.
   *
   * @throws {TektonError} INVALID_PARAMETER naming the defined instances
   */
  requireForWrite(name: string): ServiceInstance {
    const instance = this.byName.get(name);
    if (!instance) {
      throw faultsError('INVALID_PARAMETER', 'The request', [
        { path: 'serviceInstanceName', message: this.describeUndefined(name) },
      ]);
    }
    return instance;
  }

  describeUndefined(name: string): string {
    const defined = [...this.byName.keys()].join(', ') || 'none';
    return `${JSON.stringify(name)} is not a defined service instance; defined are: ${defined}`;
  }
}
