import { Module } from '@nestjs/common';
import { ApplicationsModule } from '../applications/applications.module.js';
import { InstancesModule } from '../instances/instances.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { ConfigurationStore } from './configuration-store.js';
import {
  ApplicationConfigurationsController,
  AppVersionConfigurationsController,
} from './configurations.controller.js';
import { ConfigurationsService } from './configurations.service.js';
import { RemovalController } from './removal.controller.js';
import { RemovalService } from './removal.service.js';

@Module({
  imports: [ApplicationsModule, InstancesModule, OutboxModule],
  controllers: [
    ApplicationConfigurationsController,
    AppVersionConfigurationsController,
    RemovalController,
  ],
  providers: [ConfigurationStore, ConfigurationsService, RemovalService],
})
export class ConfigurationsModule {}
