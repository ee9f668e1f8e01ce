import { Injectable } from '@nestjs/common';
import { Authorizer } from './authorizer.js';
import type { Caller } from './caller.js';
import type { Applications } from './permissions.js';
import { Scope } from './scopes.js';

/** What a caller may do is what its verified token says. */
@Injectable()
export class TokenAuthorizer extends Authorizer {
  allows({ permissions }: Caller, resource: string, scope: Scope): boolean {
    return permissions.include(resource, scope);
  }

  readable({ permissions }: Caller): Applications {
    return permissions.applications(Scope.ApplicationRead);
  }
}
