import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TenancyModule } from '../tenancy/tenancy.module.js';
import { AccessControl } from './access-control.js';
import { AuditLog } from './audit-log.js';
import { Authenticator } from './authenticator.js';
import { CallGuard } from './call.guard.js';
import { CALLER_METRICS } from './caller-metrics.js';
import { Outages } from './outages.js';
import { TokenVerifier } from './token-verifier.js';

/** Stands before every route. */
@Global()
@Module({
  imports: [TenancyModule],
  providers: [
    AccessControl,
    AuditLog,
    Authenticator,
    Outages,
    TokenVerifier,
    ...CALLER_METRICS,
    { provide: APP_GUARD, useClass: CallGuard },
  ],
  exports: [AuditLog, Outages],
})
export class AuthModule {}
