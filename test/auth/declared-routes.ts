import { accessRuleOf, type AccessRule } from '../../src/auth/access-rule.js';
import { createApp } from '../../src/create-app.js';
import { createLogger } from '../../src/logging/logger.js';
import { loadSettings } from '../../src/settings/settings.js';
import { routeHandlersOf } from '../architecture/route-handlers.js';
import { testEnvironment } from '../support/test-tekton.js';

/** The rules that routes declare, by their keys such as `GET /applications`. */
export type DeclaredRules = ReadonlyMap<string, AccessRule>;

/** Reads the rule of every route of the API, those of the management interface too. */
export async function declaredRules(): Promise<DeclaredRules> {
  // Nothing listens or connects: one port for both puts all routes into one application.
  const ports = { PORT: '8080', MANAGEMENT_PORT: '8080' };
  const settings = loadSettings(
    testEnvironment('postgres://x@127.0.0.1:1/x', 'nats://127.0.0.1:1', ports),
  );
  const app = await createApp(settings, createLogger({ level: 'fatal', format: 'json' }));
  const rules = routeHandlersOf(app).flatMap(({ method, path, handler }) => {
    const rule = accessRuleOf(handler);
    return rule ? [[`${method} ${path}`, rule] as const] : [];
  });
  await app.close();
  return new Map(rules);
}

/** @throws Error if the route declares none, or is not there any more */
export function ruleOf(rules: DeclaredRules, key: string): AccessRule {
  const rule = rules.get(key);
  if (!rule) throw new Error(`There is no route ${key} that declares an access rule`);
  return rule;
}
