/** A server that Tekton asked did not answer as it should; the message says which, without secrets. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
}
