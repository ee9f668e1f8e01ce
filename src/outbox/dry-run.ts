import type { Parameter } from '../rest/parameter.js';

/** Bytes of subjects that the header of a dry run shows; more of them end in `...`. */
const HEADER_LIMIT = 4096;

export const DRY_RUN: Parameter = {
  name: 'dryRun',
  in: 'query',
  description:
    'Do everything but store and tell; the answer has `X-Dry-Run: true`, and in `X-Would-Notify` the subjects that would be told.',
  schema: { type: 'boolean' },
};

/** Takes the distinct subjects that a write would have told. */
export type DryRunReport = (subjects: readonly string[]) => void;

export function formatSubjects(subjects: readonly string[]): string {
  const text = subjects.join(', ');
  if (text.length <= HEADER_LIMIT) return text;
  // Not in the middle of a subject.
  return `${text.slice(0, text.lastIndexOf(', ', HEADER_LIMIT))}, ...`;
}
