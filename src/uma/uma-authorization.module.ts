import { Global, Module } from '@nestjs/common';
import { ApplicationResources } from '../auth/application-resources.js';
import { Authorizer } from '../auth/authorizer.js';
import { TenancyModule } from '../tenancy/tenancy.module.js';
import { AuthorizationServers } from './authorization-servers.js';
import { ReconcilerSchedule } from './reconciler-schedule.js';
import { ResourceKeeper } from './resource-keeper.js';
import { ResourceReconciler } from './resource-reconciler.js';
import { UmaAuthorizer } from './uma-authorizer.js';
import { UmaResources } from './uma-resources.js';

/** Leaves it to the Keycloak of each tenant what its callers may do. */
@Global()
@Module({
  imports: [TenancyModule],
  providers: [
    AuthorizationServers,
    ReconcilerSchedule,
    ResourceKeeper,
    ResourceReconciler,
    UmaAuthorizer,
    { provide: Authorizer, useExisting: UmaAuthorizer },
    { provide: ApplicationResources, useClass: UmaResources },
  ],
  exports: [Authorizer, ApplicationResources],
})
export class UmaAuthorizationModule {}
