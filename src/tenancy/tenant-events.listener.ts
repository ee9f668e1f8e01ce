import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { ApiExcludeController } from '@nestjs/swagger';
import { getToken, makeCounterProvider } from '@willsoto/nestjs-prometheus';
import type { Counter } from 'prom-client';
import { LOGGER, type Logger } from '../logging/logger.js';
import { decodeTenantEvent, type TenantEvent, type TenantEventName } from './tenant-event.js';
import { TenantEvents } from './tenant-events.js';
import { Tenants } from './tenants.js';

const TENANT_EVENTS = 'tekton_tenant_events_total';

export const tenantEventCounterProvider = makeCounterProvider({
  name: TENANT_EVENTS,
  help: 'Events of tenants (21/TLE) by name, and by whether they could be read',
  labelNames: ['event', 'result'],
});

/**
 * Hears what happens to tenants (21/TLE). In every replica, so without a queue group: each has
 * something of the tenant to forget.
 */
@ApiExcludeController()
@Controller()
export class TenantEventsListener {
  constructor(
    private readonly tenants: Tenants,
    private readonly events: TenantEvents,
    @Inject(getToken(TENANT_EVENTS)) private readonly counter: Counter,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @EventPattern('kaa.v1.events.*.tenant.lifecycle.updated')
  updated(@Payload() payload: Uint8Array): void {
    const event = this.read('updated', payload);
    if (!event) return;
    this.tenants.renew(event.tenantId);
    this.events.tell('updated', event);
  }

  @EventPattern('kaa.v1.events.*.tenant.lifecycle.unregistered')
  unregistered(@Payload() payload: Uint8Array): void {
    const event = this.read('unregistered', payload);
    if (!event) return;
    this.tenants.remove(event.tenantId);
    this.events.tell('unregistered', event);
  }

  /** @returns `undefined` if the payload is not such an event */
  private read(event: TenantEventName, payload: Uint8Array): TenantEvent | undefined {
    try {
      const decoded = decodeTenantEvent(event, payload);
      const { tenantId, correlationId } = decoded;
      this.counter.inc({ event, result: 'read' });
      this.logger.info({ correlationId, tenant: tenantId, event }, 'A tenant has changed');
      return decoded;
    } catch (error) {
      this.counter.inc({ event, result: 'unreadable' });
      this.logger.warn(
        { err: error, event },
        'A tenant event (21/TLE) cannot be read; passed over',
      );
      return undefined;
    }
  }
}
