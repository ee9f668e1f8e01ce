import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiResponse } from '@nestjs/swagger';

class FaultDto {
  @ApiProperty({
    type: String,
    description: 'JSON Pointer into the body (RFC 6901), or the name of a parameter.',
    example: '/timeSeries/0/name',
  })
  path!: string;

  @ApiProperty({ type: String, example: 'must be a string (rule: type)' })
  message!: string;
}

/** The body of every error answer. */
export class ErrorDto {
  @ApiProperty({ type: String, description: 'What was wrong, and how to mend it.' })
  message!: string;

  @ApiPropertyOptional({ type: [FaultDto], description: 'All the faults, where there are places.' })
  errors?: FaultDto[];
}

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'A parameter or the body is not valid; `errors` lists every fault.',
  404: 'There is no such thing, or the caller may not see it.',
  409: 'The name is taken or clashes with a taken one, or the revision cannot be restored.',
  410: 'The position is not kept any more, or ahead of the last one: read `/bulk` anew.',
  412: '`If-Match` or `If-None-Match` did not hold: somebody else has changed it, or it is there.',
  413: 'The body is larger than the limit.',
  415: 'The body is not of a media type that this call takes.',
};

const EVERYWHERE: Readonly<Record<number, string>> = {
  401: 'There is no access token, or none that is valid; `WWW-Authenticate` says what is wrong with it.',
  403: 'The caller may know of the thing, and lacks the scope for this call.',
  405: 'The path exists, the method does not; `Allow` lists those that do.',
  414: 'The URL is longer than the limit.',
  500: 'A fault of Tekton; its log has the details under the same `X-Correlation-Id`.',
  503: 'A dependency of Tekton cannot be reached; `Retry-After` says when to try again.',
};

/** Declares the error answers of a route: those named, and those that any route can give. */
export function ApiErrors(...statuses: (keyof typeof DESCRIPTIONS)[]): MethodDecorator {
  const described: [number, string][] = [
    ...statuses.map((status): [number, string] => [status, DESCRIPTIONS[status] ?? '']),
    ...Object.entries(EVERYWHERE).map(([status, text]): [number, string] => [Number(status), text]),
  ];
  return applyDecorators(
    ...described.map(([status, description]) =>
      ApiResponse({ status, description, type: ErrorDto }),
    ),
  );
}
