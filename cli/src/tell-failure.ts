import type { CommandError } from './command-error.js';
import { styled } from './output.js';
import { withoutControls } from './table.js';

/** Says on standard error why a command did not do what it was to do: for people, or as JSON in one line. */
export function tellFailure({ message, exitCode, refusal }: CommandError, asJson: boolean): void {
  if (message === '') return;
  const { status, faults = [], correlationId } = refusal ?? {};
  if (asJson) {
    const error = { message, exitCode, status, errors: faults, correlationId };
    process.stderr.write(`${JSON.stringify({ error })}\n`);
    return;
  }
  const lines = [
    `${styled('red', 'tekton:', process.stderr as never)} ${withoutControls(message)}`,
    ...faults.map(({ path, message: what }) => `  ${withoutControls(`${path || '/'}: ${what}`)}`),
    // With it, whoever runs Tekton finds what it has to say of it.
    ...(status !== undefined && status >= 500 && correlationId !== undefined
      ? [`  (correlation ID ${withoutControls(correlationId)})`]
      : []),
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
}
