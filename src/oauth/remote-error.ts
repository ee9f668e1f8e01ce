/** What is quoted of another server is not ours: it could be as long as it likes. */
const LONGEST_MESSAGE = 500;
const UNPRINTABLE = /\p{Cc}+/gu;

/** A server that Tekton asked did not answer as it should; the message says which, without secrets. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';

  constructor(message: string, options?: ErrorOptions) {
    super(message.slice(0, LONGEST_MESSAGE).replaceAll(UNPRINTABLE, ' '), options);
  }
}
