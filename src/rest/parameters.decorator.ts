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

declare module 'fastify' {
  interface FastifyRequest {
    /** Set once they are known to be right. */
    parameters?: ParameterValues;
  }
}

/**
 * Reads the parameters that a route's handler declares.
 *
 * @throws {TektonError} INVALID_PARAMETER listing every fault
 */
export function readParameters(handler: object, request: FastifyRequest): ParameterValues {
  const set = parametersOf(handler);
  if (!set) throw new Error('Every route but public ones declares its parameters');
  const { params, query } = request as FastifyRequest<{
    Params: Record<string, string>;
    Querystring: Record<string, string | string[]>;
  }>;
  const faults: Fault[] = [];
  const values = set.read(params, query, faults);
  if (faults.length > 0) throw faultsError('INVALID_PARAMETER', 'The request', faults);
  return values;
}

/** The values of the parameters of the call that a handler serves. */
export const ParametersOfCall = createParamDecorator(
  (_: unknown, context: ExecutionContext): ParameterValues => {
    const { parameters } = context.switchToHttp().getRequest<FastifyRequest>();
    if (!parameters) throw new Error('A public route has no parameters');
    return parameters;
  },
);
