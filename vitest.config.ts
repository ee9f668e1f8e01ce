import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** They take longest, each by itself: begun first, they are not left alone at the end. */
const LONGEST = ['chaos/kill', 'tenancy/spared-tenants'];

class LongestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = LONGEST.findIndex((part) => moduleId.includes(`/test/${part}`));
      return index === -1 ? LONGEST.length : index;
    };
    return Promise.resolve(files.sort((one, other) => rank(one) - rank(other)));
  }
}

export default defineConfig({
  // Tests of the client work on its source, so that nothing has to be built for them.
  resolve: {
    alias: { 'tekton-client': new URL('client/src/index.ts', import.meta.url).pathname },
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A bound against hanging, not a measure: a busy machine is slow.
    expect: { poll: { timeout: 15_000 } },
    // Two cores, and tests that wait as often as they work; more would only queue.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    // To read all modules anew for each file would take as long as the tests do. What tests share by
    // that is the process, which they share within a file anyway.
    isolate: false,
    // A forgotten `.only` would silently leave tests out.
    allowOnly: false,
  },
});
