import { Module } from '@nestjs/common';
import { Outbox } from './outbox.js';
import { OutboxRetention } from './outbox-retention.js';
import { ToldOfTenants } from './told-of-tenants.js';

@Module({ providers: [ToldOfTenants, Outbox, OutboxRetention], exports: [ToldOfTenants, Outbox] })
export class OutboxModule {}
