import { expect } from 'vitest';

/** What a browser may do with data: nothing. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";
const NEVER = ['server', 'x-powered-by', 'strict-transport-security'];

/** Checks that an answer has all that keeps browsers from misusing it, each header once. */
export function expectSecured(headers: Headers, policy: unknown = DATA_POLICY): void {
  expect(Object.fromEntries(headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': policy,
    'cache-control': 'private, no-cache',
  });
  expect(NEVER.filter((name) => headers.has(name))).toEqual([]);
}
