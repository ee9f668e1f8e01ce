import { Module } from '@nestjs/common';
import { Catalogue } from './catalogue.js';
import { ServiceInstancesController } from './service-instances.controller.js';

@Module({
  controllers: [ServiceInstancesController],
  providers: [Catalogue],
  exports: [Catalogue],
})
export class InstancesModule {}
