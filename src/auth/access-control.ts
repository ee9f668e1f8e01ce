import { Inject, Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { Database, type Statement } from '../database/database.js';
import { TektonError } from '../errors/tekton-error.js';
import type { ParameterValues } from '../rest/parameter.js';
import { SYSTEM_TENANT } from '../tenancy/tenant.js';
import { Tenants } from '../tenancy/tenants.js';
import type { AccessRule } from './access-rule.js';
import { Authorizer } from './authorizer.js';
import type { Caller } from './caller.js';
import { AUTHORIZATION_COUNTER } from './caller-metrics.js';
import type { Applications } from './permissions.js';
import {
  applicationResource,
  PLATFORM_RESOURCE,
  PLATFORM_SCOPE_FOR,
  Scope,
  TENANT_RESOURCE,
  type PlatformScope,
} from './scopes.js';

/**
 * The tenant of nothing: no tenant has this ID. Who looks there does all the work of looking, and
 * finds what is found of a name that is not taken.
 */
const NOWHERE = '';

/** Whether an application is there: $1 its name, $2 its tenant, or null for any. */
const APPLICATION_EXISTS: Statement = {
  name: 'application_exists',
  text: `
    SELECT FROM applications WHERE name = $1 AND ($2::text IS NULL OR tenant_id = $2)`,
};

type RuleOf<Kind extends AccessRule['kind']> = Extract<AccessRule, { kind: Kind }>;

/**
 * Holds calls to the rules that their routes declare. What a caller may not know of is not refused:
 * the call is narrowed to where the caller may look (`tenantId` of its parameters), so that it
 * ends as it would if the thing were missing.
 */
@Injectable()
export class AccessControl {
  constructor(
    private readonly authorizer: Authorizer,
    private readonly tenants: Tenants,
    private readonly database: Database,
    @Inject(AUTHORIZATION_COUNTER) private readonly counter: Counter,
  ) {}

  /**
   * @param parameters of the call; `tenantId` is narrowed
   * @returns the applications that the answer may show
   * @throws {TektonError} FORBIDDEN, NOT_FOUND of a tenant, or as `Authorizer`
   */
  async authorize(
    rule: AccessRule,
    caller: Caller,
    parameters: ParameterValues,
  ): Promise<Applications> {
    try {
      return await this.decide(rule, caller, parameters);
    } catch (error) {
      const isUnavailable = error instanceof TektonError && error.code === 'UNAVAILABLE';
      if (isUnavailable) this.counter.inc({ result: 'unavailable' });
      throw error;
    }
  }

  private async decide(
    rule: AccessRule,
    caller: Caller,
    parameters: ParameterValues,
  ): Promise<Applications> {
    let readable: Applications = 'all';
    if (rule.kind === 'application') {
      if (!(await this.onApplication(rule, caller, parameters))) {
        this.counter.inc({ result: 'hidden' });
        parameters.tenantId = NOWHERE;
        return 'all';
      }
    } else if (rule.kind === 'tenant') {
      readable = await this.inTenant(rule, caller, parameters);
    } else if (rule.kind === 'platform') {
      if (!(await this.onPlatform(caller, rule.scope))) throw this.forbidden(rule.scope);
      await this.requireTenant(parameters);
    }
    this.counter.inc({ result: 'allowed' });
    return readable;
  }

  /** @returns whether the application, if it is there, may be known to the caller */
  private async onApplication(
    { scope, former }: RuleOf<'application'>,
    caller: Caller,
    parameters: ParameterValues,
  ): Promise<boolean> {
    if (former && parameters[former.parameter] === true) {
      if (await this.onPlatform(caller, former.scope)) return true;
      throw this.forbidden(former.scope);
    }
    if (await this.onEvery(caller, scope)) return true;
    const { tenantId: given, appName } = parameters as { tenantId?: string; appName: string };
    const resource = applicationResource(appName);
    const isElsewhere = given !== undefined && given !== caller.tenantId;
    if (!isElsewhere && (await this.authorizer.allows(caller, resource, scope))) {
      parameters.tenantId = caller.tenantId;
      return true;
    }
    if (scope === Scope.ApplicationRead) return false;
    // Who may read it may know that it is there, and is told what is missing.
    const reach = (await this.onEvery(caller, Scope.ApplicationRead))
      ? (given ?? null)
      : !isElsewhere && (await this.authorizer.allows(caller, resource, Scope.ApplicationRead))
        ? caller.tenantId
        : NOWHERE;
    const found = await this.database.run(APPLICATION_EXISTS, [appName, reach]);
    if (found.length > 0) throw this.forbidden(scope, resource);
    return false;
  }

  private async inTenant(
    { own, every, each }: RuleOf<'tenant'>,
    caller: Caller,
    parameters: ParameterValues,
  ): Promise<Applications> {
    if (await this.onPlatform(caller, every)) {
      await this.requireTenant(parameters);
      return 'all';
    }
    if (parameters.tenantId !== undefined && parameters.tenantId !== caller.tenantId) {
      throw this.forbidden(every);
    }
    if (own && !(await this.authorizer.allows(caller, TENANT_RESOURCE, own))) {
      throw this.forbidden(own, TENANT_RESOURCE);
    }
    parameters.tenantId = caller.tenantId;
    return each ? this.authorizer.readable(caller) : 'all';
  }

  /** Whether the caller has a scope on every application of every tenant. */
  private async onEvery(caller: Caller, scope: RuleOf<'application'>['scope']): Promise<boolean> {
    const platformScope = PLATFORM_SCOPE_FOR[scope];
    return platformScope !== undefined && (await this.onPlatform(caller, platformScope));
  }

  /** Platform-wide scopes count for callers of the system tenant only, whoever else grants them. */
  private async onPlatform(caller: Caller, scope: PlatformScope): Promise<boolean> {
    return (
      caller.tenantId === SYSTEM_TENANT &&
      (await this.authorizer.allows(caller, PLATFORM_RESOURCE, scope))
    );
  }

  private async requireTenant({ tenantId }: ParameterValues): Promise<void> {
    if (typeof tenantId !== 'string' || (await this.tenants.isServed(tenantId))) return;
    throw new TektonError('NOT_FOUND', `There is no tenant ${JSON.stringify(tenantId)}`);
  }

  /** 403, with the challenge of RFC 6750 section 3.1. */
  private forbidden(scope: Scope, resource = PLATFORM_RESOURCE): TektonError {
    this.counter.inc({ result: 'forbidden' });
    const hint = resource === PLATFORM_RESOURCE ? ', in a token of the system tenant' : '';
    return new TektonError(
      'FORBIDDEN',
      `This call needs the scope ${scope} on ${resource}${hint}; ask those who manage access for it`,
      {
        headers: {
          'www-authenticate': `Bearer realm="tekton", error="insufficient_scope", scope="${scope}"`,
        },
      },
    );
  }
}
