import { Module, type DynamicModule } from '@nestjs/common';
import { AppVersion } from './applications/app-version.entity.js';
import { Application } from './applications/application.entity.js';
import { ApplicationsModule } from './applications/applications.module.js';
import { ConfigurationRevision } from './configurations/configuration-revision.entity.js';
import { Configuration } from './configurations/configuration.entity.js';
import { TenantRemovalRequest } from './configurations/tenant-removal-request.entity.js';
import { AuthModule } from './auth/auth.module.js';
import { TokenAuthorizationModule } from './auth/token-authorization.module.js';
import { BulkModule } from './bulk/bulk.module.js';
import { ChangesModule } from './changes/changes.module.js';
import { ConfigurationsModule } from './configurations/configurations.module.js';
import { DatabaseModule } from './database/database.module.js';
import { InstancesModule } from './instances/instances.module.js';
import type { Logger } from './logging/logger.js';
import { VitalsModule } from './management/management.module.js';
import { NatsModule } from './nats/nats.module.js';
import { OutboxEntry } from './outbox/outbox-entry.entity.js';
import { RelayLeaseRow } from './outbox/relay-lease.entity.js';
import { admissionProviders } from './rest/admission.js';
import { requestDurationProvider } from './rest/request-metrics.js';
import { ScmpModule } from './scmp/scmp.module.js';
import type { Settings } from './settings/settings.js';
import { SettingsModule } from './settings/settings.module.js';
import { UmaAuthorizationModule } from './uma/uma-authorization.module.js';

export const ENTITIES = [
  Application,
  AppVersion,
  Configuration,
  ConfigurationRevision,
  OutboxEntry,
  RelayLeaseRow,
  TenantRemovalRequest,
];

@Module({ providers: [requestDurationProvider, ...admissionProviders] })
export class AppModule {
  /** @param more modules that only some deployments have */
  static register(
    settings: Settings,
    logger: Logger,
    more: readonly DynamicModule[],
  ): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SettingsModule.register(settings, logger),
        DatabaseModule.register(ENTITIES),
        NatsModule,
        byKeycloak(settings) ? UmaAuthorizationModule : TokenAuthorizationModule,
        AuthModule,
        InstancesModule,
        ApplicationsModule,
        ConfigurationsModule,
        BulkModule,
        ChangesModule,
        ScmpModule,
        VitalsModule,
        ...more,
      ],
    };
  }
}

function byKeycloak(settings: Settings): boolean {
  return settings['kaa.security.enabled'] && settings['kaa.security.authorization'] === 'uma';
}
