import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { ApiExcludeController } from '@nestjs/swagger';
import { getToken, makeCounterProvider } from '@willsoto/nestjs-prometheus';
import type { Counter } from 'prom-client';
import { LOGGER, type Logger } from '../logging/logger.js';
import { decodeTenantEvent } from './tenant-event.js';
import { Tenants } from './tenants.js';

const TENANT_EVENTS = 'tekton_tenant_events_total';

export const tenantEventCounterProvider = makeCounterProvider({
  name: TENANT_EVENTS,
  help: 'Events of tenants (21/TLE) by name, and by whether they could be read',
  labelNames: ['event', 'result'],
});

type EventName = Parameters<typeof decodeTenantEvent>[0];

/**
 * Hears what happens to tenants (21/TLE). In every replica, so without a queue group: each has
 * something of the tenant to forget.
 */
@ApiExcludeController()
@Controller()
export class TenantEventsListener {
  constructor(
    private readonly tenants: Tenants,
    @Inject(getToken(TENANT_EVENTS)) private readonly counter: Counter,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @EventPattern('kaa.v1.events.*.tenant.lifecycle.updated')
  updated(@Payload() payload: Uint8Array): void {
    const tenantId = this.read('updated', payload);
    if (tenantId !== undefined) this.tenants.renew(tenantId);
  }

  @EventPattern('kaa.v1.events.*.tenant.lifecycle.unregistered')
  unregistered(@Payload() payload: Uint8Array): void {
    const tenantId = this.read('unregistered', payload);
    if (tenantId !== undefined) this.tenants.remove(tenantId);
  }

  /** @returns the tenant that it is about; `undefined` if the payload is not such an event */
  private read(event: EventName, payload: Uint8Array): string | undefined {
    try {
      const { tenantId, correlationId } = decodeTenantEvent(event, payload);
      this.counter.inc({ event, result: 'read' });
      this.logger.info({ correlationId, tenant: tenantId, event }, 'A tenant has changed');
      return tenantId;
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
