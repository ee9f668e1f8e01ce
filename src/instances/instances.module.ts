import { Module } from '@nestjs/common';
import { Catalogue } from './catalogue.js';
import { RELOAD_METRIC_PROVIDERS } from './reload-metrics.js';
import { ServiceInstancesController } from './service-instances.controller.js';
import { SettingsReload } from './settings-reload.js';

@Module({
  controllers: [ServiceInstancesController],
  providers: [Catalogue, SettingsReload, ...RELOAD_METRIC_PROVIDERS],
  exports: [Catalogue, SettingsReload],
})
export class InstancesModule {}
