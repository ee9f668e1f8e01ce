import { expect } from 'vitest';
import type { Answer } from '../support/rest-client.js';

/** Nobody can be asked: that is neither a yes nor the caller's fault, and passes. */
export function expectUnavailable({ status, headers, text, json }: Answer): void {
  expect({ status, text }).toMatchObject({ status: 503 });
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect(Object.keys(json() as object)).toEqual(['message']);
}
