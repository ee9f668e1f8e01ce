import type { Fault } from './command-error.js';

/** What a body of an error says; undefined if it is none of Tekton's. */
export function readFaults(text: string): { message: string; faults: Fault[] } | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(body) || typeof body.message !== 'string') return undefined;
  const errors = Array.isArray(body.errors) ? body.errors : [];
  return { message: body.message, faults: errors.filter(isFault) };
}

function isFault(value: unknown): value is Fault {
  return isObject(value) && typeof value.path === 'string' && typeof value.message === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
