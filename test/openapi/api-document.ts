import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Answer, RestClient } from '../support/rest-client.js';

type OperationObject = NonNullable<OpenAPIObject['paths'][string]['get']>;

export interface Operation extends OperationObject {
  method: string;
  /** As in the document, such as `/api/v1/applications/{appName}`. */
  path: string;
}

export const API = '/api/v1';
const METHODS = ['get', 'put', 'post', 'patch', 'delete', 'head', 'options', 'trace'] as const;

/** The document that a server gives of itself. */
export class ApiDocument {
  readonly operations: readonly Operation[];
  private readonly ajv = new Ajv2020({ allErrors: true });

  constructor(readonly document: OpenAPIObject) {
    this.operations = Object.entries(document.paths).flatMap(([path, item]) =>
      METHODS.flatMap((method) => {
        const operation = item[method];
        return operation ? [{ ...operation, method: method.toUpperCase(), path }] : [];
      }),
    );
    addFormats.default(this.ajv);
    this.ajv.addKeyword('example');
  }

  static async of(rest: RestClient): Promise<ApiDocument> {
    return new ApiDocument((await rest.get('/openapi.json')).json() as OpenAPIObject);
  }

  /** The operations at the path of a request; one of them may be its own. */
  at(path: string): Operation[] {
    const given = `${API}${path}`.split('?')[0] ?? '';
    const matching = this.operations.filter((operation) =>
      new RegExp(`^${operation.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(given),
    );
    // A path without parameters goes before one with (OpenAPI 3.1 section 4.8.8.2).
    const literal = matching.filter((operation) => operation.path === given);
    return literal.length > 0 ? literal : matching;
  }

  /** In what an answer differs from what the document says of it. */
  faultsOf({ requestBody, responses }: Operation, answer: Answer): string[] {
    const { status } = answer;
    const response = responses[status];
    if (!response) return [`the status ${status} is not documented`];
    const taken = answer.headers.get('accept')?.split(', ').sort().join();
    const documented = requestBody && 'content' in requestBody ? requestBody.content : {};
    if (status === 415 && taken !== Object.keys(documented).sort().join()) {
      return [`the call takes ${taken ?? 'nothing'}, the document says otherwise`];
    }
    const content = 'content' in response ? response.content : undefined;
    if (!content) return answer.text === '' ? [] : [`no body is documented: ${answer.text}`];
    const [mediaType = ''] = answer.headers.get('content-type')?.split(';') ?? [];
    if (!content[mediaType]) return [`the content type ${mediaType} is not documented`];
    const validate = this.compile(content[mediaType].schema ?? false);
    if (validate(answer.json())) return [];
    return [`${this.ajv.errorsText(validate.errors)}: ${answer.text}`];
  }

  /** A schema of the document, such that properties that are not in it are faults. */
  private compile(schema: object | boolean): ValidateFunction {
    const $defs = structuredClone(this.document.components?.schemas ?? {});
    for (const definition of Object.values($defs)) {
      if ('properties' in definition) definition.additionalProperties ??= false;
    }
    const text = JSON.stringify({ allOf: [schema], $defs });
    const moved = text.replaceAll('#/components/schemas/', '#/$defs/');
    return this.ajv.compile(JSON.parse(moved) as object);
  }
}
