import { Inject, Injectable } from '@nestjs/common';
import type { ServiceInstance } from '../settings/service-instance.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { InstanceSet } from './instance-set.js';

/**
 * The service instances that are defined in the settings. They may all be replaced between two looks
 * at them: whoever needs the same ones for longer takes a snapshot, or keeps the instance found.
 */
@Injectable()
export class Catalogue extends InstanceSet {
  constructor(@Inject(SETTINGS) settings: Settings) {
    super(byName(settings['kaa.service-instances']));
  }

  /** The instances as they are now; it never changes. */
  snapshot(): InstanceSet {
    return new InstanceSet(this.byName);
  }

  /** Puts these instances in the place of all that were defined until now. */
  replace(instances: readonly ServiceInstance[]): void {
    this.byName = byName(instances);
  }
}

function byName(instances: readonly ServiceInstance[]): ReadonlyMap<string, ServiceInstance> {
  return new Map(instances.map((instance) => [instance.name, instance]));
}
