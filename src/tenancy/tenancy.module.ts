import { Module } from '@nestjs/common';
import { LOGGER, type Logger } from '../logging/logger.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { ListedTenants, TENANT_SOURCE, type TenantSource } from './tenant-source.js';
import { ManagedTenants } from './managed-tenants.js';
import { TenantEvents } from './tenant-events.js';
import { TenantEventsListener, tenantEventCounterProvider } from './tenant-events.listener.js';
import { TenantRegister } from './tenant-register.js';
import { Tenants } from './tenants.js';

@Module({
  controllers: [TenantEventsListener],
  providers: [
    tenantEventCounterProvider,
    TenantEvents,
    {
      provide: TENANT_SOURCE,
      inject: [SETTINGS],
      useFactory: (settings: Settings) =>
        settings['kaa.tenancy.source'] === 'tenant-manager'
          ? new ManagedTenants(settings)
          : new ListedTenants(settings),
    },
    {
      provide: Tenants,
      inject: [TENANT_SOURCE, SETTINGS, LOGGER],
      useFactory: (source: TenantSource, settings: Settings, logger: Logger) =>
        new Tenants(
          source,
          settings['kaa.tenancy.refresh-interval'] * 1000,
          !settings['kaa.security.enabled'],
          logger,
        ),
    },
    {
      provide: TenantRegister,
      inject: [TENANT_SOURCE, SETTINGS],
      useFactory: (source: TenantSource, settings: Settings) =>
        new TenantRegister(source, !settings['kaa.security.enabled']),
    },
  ],
  exports: [TenantEvents, TenantRegister, Tenants],
})
export class TenancyModule {}
