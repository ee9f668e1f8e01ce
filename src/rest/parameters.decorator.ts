import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader, ApiParam, ApiQuery } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { faultsError, type Fault } from '../errors/tekton-error.js';
import { ParameterSet, type Parameter, type ParameterValues } from './parameter.js';

const parameterSets = new WeakMap<object, ParameterSet>();

/** Declares all path and query parameters of a route; any other query parameter is refused. */
export function TakesParameters(...parameters: readonly Parameter[]): MethodDecorator {
  const document = parameters.map(({ name, in: place, required, description, schema, example }) => {
    const options = {
      name,
      description,
      // Beside a schema, @nestjs/swagger drops an example; within it, it stays.
      schema: { ...schema, ...(example !== undefined && { examples: [example] }) },
    };
    if (place === 'path') return ApiParam(options);
    if (place === 'header') return ApiHeader({ name, description, required: false });
    return ApiQuery({ ...options, required: required ?? false });
  });
  return applyDecorators(
    ...document,
    <Handler>(
      _target: object,
      _key: string | symbol,
      descriptor: TypedPropertyDescriptor<Handler>,
    ) => {
      parameterSets.set(descriptor.value as object, new ParameterSet(parameters));
    },
  );
}

/** The declared parameters of a route's handler. */
export function parametersOf(handler: object): ParameterSet | undefined {
  return parameterSets.get(handler);
}

/**
 * The values of a route's parameters.
 *
 * @throws {TektonError} INVALID_PARAMETER listing every fault
 */
export const ParametersOfCall = createParamDecorator(
  (_: unknown, context: ExecutionContext): ParameterValues => {
    const set = parametersOf(context.getHandler());
    if (!set) throw new Error(`${context.getHandler().name} does not declare its parameters`);
    const request = context.switchToHttp().getRequest<
      FastifyRequest<{
        Params: Record<string, string>;
        Querystring: Record<string, string | string[]>;
      }>
    >();
    const faults: Fault[] = [];
    const values = set.read(request.params, request.query, faults);
    if (faults.length > 0) throw faultsError('INVALID_PARAMETER', 'The request', faults);
    return values;
  },
);
