import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestTekton, type TestTekton } from '../support/test-tekton.js';
import { readCalls } from './cases.js';
import { makeCluster, record } from './recorded-cluster.js';

describe('a recorded answer is what Tekton answers', () => {
  let test: TestTekton;

  beforeAll(async () => {
    test = await startTestTekton();
    await makeCluster(test.rest);
    // Entries are listed once they have a position, as when they are told.
    await test.subscriber.take(9);
  });
  afterAll(() => test.stop());

  it.each(readCalls().calls)('$name', async (call) => {
    expect(await record(test.rest, call)).toEqual(call);
  });
});
