import { Injectable } from '@nestjs/common';
import type { TenantEvent, TenantEventName } from './tenant-event.js';

type Listener = (event: TenantEvent) => void;

/** Tells other modules what this replica hears of tenants (21/TLE). */
@Injectable()
export class TenantEvents {
  private readonly listeners = {
    updated: new Set<Listener>(),
    unregistered: new Set<Listener>(),
  } satisfies Record<TenantEventName, unknown>;

  on(name: TenantEventName, listener: Listener): void {
    this.listeners[name].add(listener);
  }

  tell(name: TenantEventName, event: TenantEvent): void {
    for (const listener of this.listeners[name]) listener(event);
  }
}
