import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import {
  PLATFORM_SCOPE_FOR,
  type ApplicationScope,
  type PlatformScope,
  type Scope,
  type TenantScope,
} from './scopes.js';

/** Who may make a call. */
export type AccessRule =
  /** Everybody, without a token. */
  | { readonly kind: 'public' }
  /** Whoever has a valid token. */
  | { readonly kind: 'any-caller' }
  /** Whoever has the scope on the application that the path names (`appName`). */
  | {
      readonly kind: 'application';
      readonly scope: ApplicationScope;
      /** A parameter that asks for what former applications of the name had, and who may see that. */
      readonly former?: { readonly parameter: string; readonly scope: PlatformScope };
    }
  /** Callers of the tenant that is acted in (`tenantId`, by default their own). */
  | {
      readonly kind: 'tenant';
      /** What callers of the tenant need; nothing if it is not given. */
      readonly own?: TenantScope;
      /** What opens every tenant. */
      readonly every: PlatformScope;
      /** The answer holds only those applications on which the caller has this scope. */
      readonly each?: ApplicationScope;
    }
  /** Whoever has the platform-wide scope, in whichever tenant. */
  | { readonly kind: 'platform'; readonly scope: PlatformScope };

const rules = new WeakMap<object, AccessRule>();

/** The rule that a route's handler declares. */
export function accessRuleOf(handler: object): AccessRule | undefined {
  return rules.get(handler);
}

/** Declares who may make a call. Every route does, in exactly one way. */
export function Access(rule: AccessRule): MethodDecorator {
  const declare = <Handler>(
    _target: object,
    _key: string | symbol,
    { value }: TypedPropertyDescriptor<Handler>,
  ): void => {
    if (rules.has(value as object)) throw new Error('A route declares once who may call it');
    rules.set(value as object, rule);
  };
  return rule.kind === 'public'
    ? applyDecorators(declare)
    : applyDecorators(
        declare,
        ApiExtension('x-required-scopes', scopesOf(rule)),
        ApiExtension('x-access', describeRule(rule)),
      );
}

/** The call needs no token. */
export function Public(): MethodDecorator {
  return Access({ kind: 'public' });
}

/** A rule in a sentence, for those who read what OpenAPI says of the call. */
function describeRule(rule: AccessRule): string {
  switch (rule.kind) {
    case 'public':
      return 'Needs no token.';
    case 'any-caller':
      return 'Needs a valid token and no scope.';
    case 'application': {
      const platform = PLATFORM_SCOPE_FOR[rule.scope];
      return [
        `Needs \`${rule.scope}\` on the application${platform ? `, or \`${platform}\` in a token of the system tenant` : ''}.`,
        'An application that the caller may not read is answered like one that is not there (404).',
        ...(rule.former
          ? [`With \`${rule.former.parameter}=true\` it needs \`${rule.former.scope}\`.`]
          : []),
      ].join(' ');
    }
    case 'tenant': {
      const own = rule.each
        ? `needs a valid token, and shows the applications on which the caller has \`${rule.each}\``
        : rule.own
          ? `needs \`${rule.own}\``
          : 'needs a valid token';
      return `In the caller's own tenant it ${own}; in any tenant, \`${rule.every}\` in a token of the system tenant.`;
    }
    case 'platform':
      return `Needs \`${rule.scope}\` in a token of the system tenant.`;
  }
}

/** The scopes that a rule speaks of. */
function scopesOf(rule: AccessRule): Scope[] {
  switch (rule.kind) {
    case 'application':
      return [rule.scope, PLATFORM_SCOPE_FOR[rule.scope]].filter((scope) => scope !== undefined);
    case 'platform':
      return [rule.scope];
    case 'tenant':
      // One's own needs none where the rule names none.
      return [rule.own, rule.each, rule.own || rule.each ? rule.every : undefined].filter(
        (scope) => scope !== undefined,
      );
    case 'any-caller':
    case 'public':
      return [];
  }
}
