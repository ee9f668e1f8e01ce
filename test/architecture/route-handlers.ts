import { RequestMethod, type INestApplicationContext, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';

/** A route as its decorators declare it. */
export interface RouteHandler {
  /** Such as `HealthController.live`. */
  name: string;
  /** Such as `GET`. */
  method: string;
  /** Without the prefix of the API, such as `/applications/{appName}`. */
  path: string;
  handler: object;
}

/** The handlers of all controllers of an application. */
export function routeHandlersOf(app: INestApplicationContext): RouteHandler[] {
  const scanner = new MetadataScanner();
  const controllers = [...app.get(ModulesContainer).values()].flatMap(({ controllers }) =>
    [...controllers.values()].map(({ metatype }) => metatype as Type),
  );
  return controllers.flatMap((controller) => {
    const prototype = controller.prototype as object;
    return scanner
      .getAllMethodNames(prototype)
      .map((key) => ({ key, handler: Reflect.get(prototype, key) as object }))
      .filter(({ handler }) => Reflect.hasMetadata(METHOD_METADATA, handler))
      .map(({ key, handler }) => ({
        name: `${controller.name}.${key}`,
        method: RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod],
        path: joinPaths(pathOf(controller), pathOf(handler)),
        handler,
      }));
  });
}

function pathOf(declared: object): string {
  return Reflect.getMetadata(PATH_METADATA, declared) as string;
}

function joinPaths(...paths: string[]): string {
  const parts = paths.flatMap((path) => path.split('/')).filter((part) => part !== '');
  return `/${parts.map((part) => part.replace(/^:(.*)$/, '{$1}')).join('/')}`;
}
