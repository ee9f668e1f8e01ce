import { Module } from '@nestjs/common';
import { ConfigurationsModule } from '../configurations/configurations.module.js';
import { InstancesModule } from '../instances/instances.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { TenancyModule } from '../tenancy/tenancy.module.js';
import { BulkController } from './bulk.controller.js';
import { BulkStreams } from './bulk-streams.js';
import { ClusterReader } from './cluster-reader.js';
import { ConfigurationFilesReader } from './configuration-files-reader.js';
import { LoadFactory } from './load-factory.js';
import { LoadService } from './load.service.js';

@Module({
  imports: [ConfigurationsModule, InstancesModule, OutboxModule, TenancyModule],
  controllers: [BulkController],
  providers: [LoadFactory, LoadService, BulkStreams, ClusterReader, ConfigurationFilesReader],
})
export class BulkModule {}
