import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { Scope } from './scopes.js';

export const REQUIRED_SCOPES = 'tekton:required-scopes';
export const AUTHENTICATED_ONLY = 'tekton:authenticated-only';
export const PUBLIC = 'tekton:public';

/** The call needs one of these scopes on the thing that it is about. */
export function RequireScope(...scopes: [Scope, ...Scope[]]): MethodDecorator {
  return applyDecorators(
    SetMetadata(REQUIRED_SCOPES, scopes),
    ApiExtension('x-required-scopes', scopes),
  );
}

/** The call needs a valid token and no scope. */
export function AnyCaller(): MethodDecorator {
  return applyDecorators(
    SetMetadata(AUTHENTICATED_ONLY, true),
    ApiExtension('x-required-scopes', []),
  );
}

/** The call needs no token. */
export function Public(): MethodDecorator {
  return SetMetadata(PUBLIC, true);
}
