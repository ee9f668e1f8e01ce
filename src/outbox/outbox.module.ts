import { Module } from '@nestjs/common';
import { Outbox } from './outbox.js';
import { OutboxRetention } from './outbox-retention.js';

@Module({ providers: [Outbox, OutboxRetention], exports: [Outbox] })
export class OutboxModule {}
