import { Module } from '@nestjs/common';
import { LOGGER, type Logger } from '../logging/logger.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { ListedTenants } from './tenant-source.js';
import { ManagedTenants } from './managed-tenants.js';
import { TenantEventsListener, tenantEventCounterProvider } from './tenant-events.listener.js';
import { Tenants } from './tenants.js';

@Module({
  controllers: [TenantEventsListener],
  providers: [
    tenantEventCounterProvider,
    {
      provide: Tenants,
      inject: [SETTINGS, LOGGER],
      useFactory: (settings: Settings, logger: Logger) =>
        new Tenants(
          settings['kaa.tenancy.source'] === 'tenant-manager'
            ? new ManagedTenants(settings)
            : new ListedTenants(settings),
          settings['kaa.tenancy.refresh-interval'] * 1000,
          !settings['kaa.security.enabled'],
          logger,
        ),
    },
  ],
  exports: [Tenants],
})
export class TenancyModule {}
