/** Something that the person who typed `npm start` can mend; the message says how. */
export class LocalError extends Error {
  override readonly name = 'LocalError';
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
