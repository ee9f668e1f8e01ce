import { Module } from '@nestjs/common';
import { OutboxModule } from '../outbox/outbox.module.js';
import { ApplicationsController } from './applications.controller.js';
import { ApplicationsService } from './applications.service.js';
import { AppVersionsController } from './app-versions.controller.js';
import { AppVersionsService } from './app-versions.service.js';

@Module({
  imports: [OutboxModule],
  controllers: [ApplicationsController, AppVersionsController],
  providers: [ApplicationsService, AppVersionsService],
  exports: [ApplicationsService, AppVersionsService],
})
export class ApplicationsModule {}
