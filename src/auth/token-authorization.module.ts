import { Global, Module } from '@nestjs/common';
import { ApplicationResources, NoApplicationResources } from './application-resources.js';
import { Authorizer } from './authorizer.js';
import { TokenAuthorizer } from './token-authorizer.js';

/** Leaves it to tokens what their bearers may do. */
@Global()
@Module({
  providers: [
    { provide: Authorizer, useClass: TokenAuthorizer },
    { provide: ApplicationResources, useClass: NoApplicationResources },
  ],
  exports: [Authorizer, ApplicationResources],
})
export class TokenAuthorizationModule {}
