import { Module } from '@nestjs/common';
import { ApplicationsModule } from '../applications/applications.module.js';
import { InstancesModule } from '../instances/instances.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { TenancyModule } from '../tenancy/tenancy.module.js';
import { ConfigurationStore } from './configuration-store.js';
import { CONFIGURATION_CONTROLLERS } from './configurations.controller.js';
import { ConfigurationsService } from './configurations.service.js';
import { DocumentRules } from './document-rules.js';
import { HISTORY_CONTROLLERS } from './history.controller.js';
import { HistoryRetention } from './history-retention.js';
import { HistoryService } from './history.service.js';
import { RemovalController } from './removal.controller.js';
import { RemovalService } from './removal.service.js';
import { TenantRemovalListener } from './tenant-removal.listener.js';
import { removalCounterProvider, TenantRemoval } from './tenant-removal.js';
import { TenantHistory } from './tenant-removal-history.js';
import { TenantRemovalRequests } from './tenant-removal-requests.js';
import { TenantRemovalSchedule } from './tenant-removal-schedule.js';

@Module({
  imports: [ApplicationsModule, InstancesModule, OutboxModule, TenancyModule],
  controllers: [...CONFIGURATION_CONTROLLERS, ...HISTORY_CONTROLLERS, RemovalController],
  providers: [
    ConfigurationStore,
    ConfigurationsService,
    DocumentRules,
    HistoryRetention,
    HistoryService,
    RemovalService,
    removalCounterProvider,
    TenantHistory,
    TenantRemoval,
    TenantRemovalListener,
    TenantRemovalRequests,
    TenantRemovalSchedule,
  ],
  exports: [DocumentRules],
})
export class ConfigurationsModule {}
