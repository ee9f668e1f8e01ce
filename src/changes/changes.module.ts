import { Module } from '@nestjs/common';
import { InstancesModule } from '../instances/instances.module.js';
import { ChangeFeed } from './change-feed.js';
import { ChangeStore } from './change-store.js';
import { ChangesController } from './changes.controller.js';
import { ChangesService } from './changes.service.js';
import { Waiters, waitingGaugeProvider } from './waiters.js';

/** What changed since a position, for those who were away or have no NATS. */
@Module({
  imports: [InstancesModule],
  controllers: [ChangesController],
  providers: [ChangeStore, ChangeFeed, ChangesService, Waiters, waitingGaugeProvider],
})
export class ChangesModule {}
