import { createConfig, lintFromString } from '@redocly/openapi-core';
import { expect, it } from 'vitest';
import { startTestTekton } from '../support/test-tekton.js';

it('satisfies an independent linter', async () => {
  const test = await startTestTekton();
  const { text } = await test.rest.get('/openapi.json');
  await test.stop();
  const problems = await lintFromString({
    source: text,
    absoluteRef: 'openapi.json',
    config: await createConfig({ extends: ['recommended'] }),
  });
  const shown = problems.map(
    ({ severity, ruleId, message, location }) =>
      `${severity} ${ruleId}: ${message} (${String(location[0]?.pointer)})`,
  );
  expect(shown).toEqual([]);
});
