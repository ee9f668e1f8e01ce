import type { HostileRequest } from './hostile-requests.js';
import type { Outcome, RawAnswer } from './raw-client.js';

/** What a server says of itself when it answers with an error that it did not expect. */
const INNER_LIFE = [
  /\bat \S+ \(|node_modules|file:\/\/|\.[cm]?[jt]s:\d/,
  /\b(SELECT|INSERT|UPDATE|DELETE) .*\b(FROM|INTO|SET)\b|\bsyntax error at\b|\brelation "|pg_/,
  /\b(TypeError|RangeError|SyntaxError|QueryFailedError|FST_ERR_\w+|HPE_\w+|ERR_[A-Z]\w+)\b/,
  new RegExp(process.cwd().replaceAll(/\W/g, '\\$&')),
];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const VISIBLE_ASCII = /^[\x21-\x7e]{1,128}$/;

/** In what an outcome is not the refusal that the request must get; nothing if it is. */
export function faultsOfRefusal(
  { request, faults }: HostileRequest,
  { answers, fault }: Outcome,
): string[] {
  if (fault !== undefined) return [fault];
  if (answers.length === 0) {
    return faults.some(({ mayClose }) => mayClose) ? [] : ['closed without an answer'];
  }
  const statuses = faults.flatMap((one) => one.statuses);
  const [, given = ''] =
    /^x-correlation-id: (.*)$/s.exec(
      request.headers.find((line) => line.startsWith('x-correlation-id:')) ?? '',
    ) ?? [];
  return answers.flatMap((answer) => [
    // A server that has answered may still tell that what followed was not HTTP.
    ...(statuses.includes(answer.status) ? [] : [`the status ${answer.status}`]),
    ...faultsOfForm(answer, request.method === 'HEAD'),
    ...faultsOfCorrelation(answer.headers.get('x-correlation-id'), given),
  ]);
}

function faultsOfForm({ headers, body }: RawAnswer, isHead: boolean): string[] {
  const faults: string[] = [];
  const type = headers.get('content-type');
  if (type !== 'application/json; charset=utf-8') faults.push(`the content type ${type ?? ''}`);
  if (headers.has('x-injected')) faults.push('a header of the caller');
  if (!isHead && !isErrorBody(body)) faults.push('a body of another form');
  const leaks = INNER_LIFE.filter((pattern) => pattern.test(body));
  return [...faults, ...leaks.map((pattern) => `a body that matches ${String(pattern)}`)];
}

function faultsOfCorrelation(answered: string | undefined, given: string): string[] {
  if (answered !== undefined && UUID.test(answered)) return [];
  if (answered === given && VISIBLE_ASCII.test(given)) return [];
  return [`the correlation ID ${JSON.stringify(answered)}`];
}

/** `{"message": "...", "errors"?: [{"path": "...", "message": "..."}, ...]}` and nothing else. */
function isErrorBody(text: string): boolean {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return false;
  }
  if (!isObject(body)) return false;
  const { message, errors, ...more } = body;
  if (typeof message !== 'string' || message === '' || Object.keys(more).length > 0) return false;
  return (
    errors === undefined || (Array.isArray(errors) && errors.length > 0 && errors.every(isFault))
  );
}

function isFault(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { path, message, ...more } = value;
  return typeof path === 'string' && typeof message === 'string' && Object.keys(more).length === 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
