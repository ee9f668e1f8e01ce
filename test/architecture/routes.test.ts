import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessRuleOf } from '../../src/auth/access-rule.js';
import { createApp } from '../../src/create-app.js';
import { createLogger } from '../../src/logging/logger.js';
import { parametersOf } from '../../src/rest/parameters.decorator.js';
import { loadSettings } from '../../src/settings/settings.js';
import { testEnvironment } from '../support/test-tekton.js';
import { routeHandlersOf, type RouteHandler } from './route-handlers.js';

const MANAGEMENT = /^(Health|Metrics)Controller\./;

let close: () => Promise<void>;
let routes: RouteHandler[];
beforeAll(async () => {
  // Nothing listens or connects: one port for both puts all routes into one application.
  const ports = { PORT: '8080', MANAGEMENT_PORT: '8080' };
  const settings = loadSettings(
    testEnvironment('postgres://x@127.0.0.1:1/x', 'nats://127.0.0.1:1', ports),
  );
  const app = await createApp(settings, createLogger({ level: 'fatal', format: 'json' }));
  routes = routeHandlersOf(app);
  close = () => app.close();
});
afterAll(() => close());

it('routes are found, those of the management interface too', () => {
  expect(routes.map(({ method, path }) => `${method} ${path}`)).toEqual(
    expect.arrayContaining(['GET /health/live', 'GET /metrics', 'PATCH /applications/{appName}']),
  );
});

it('every route declares who may call it', () => {
  const wrong = routes.filter(({ handler }) => accessRuleOf(handler) === undefined);
  expect(wrong.map(({ name }) => name)).toEqual([]);
});

it('a route that names an application is held to a scope on that application', () => {
  for (const { name, path, handler } of routes) {
    const isOnApplication = accessRuleOf(handler)?.kind === 'application';
    expect([name, isOnApplication]).toEqual([name, path.includes('{appName}')]);
  }
});

it('only routes of the management interface are public, and all of them', () => {
  for (const { name, handler } of routes) {
    const isPublic = accessRuleOf(handler)?.kind === 'public';
    expect([name, isPublic]).toEqual([name, MANAGEMENT.test(name)]);
  }
});

it('every route of the API declares its parameters, those of its path first of all', () => {
  for (const { name, path, handler } of routes.filter(({ name }) => !MANAGEMENT.test(name))) {
    const declared = parametersOf(handler)?.parameters.filter((one) => one.in === 'path');
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
    expect([name, declared?.map((one) => one.name)]).toEqual([name, inPath]);
  }
});
