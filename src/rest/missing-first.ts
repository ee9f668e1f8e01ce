import { TektonError } from '../errors/tekton-error.js';

/**
 * Keeps the promised order of errors: a thing that is missing, or that the caller may not see, is
 * told before a faulty body. The look-up is made only where the body is at fault, so that a good
 * call does not pay for it.
 *
 * @param requireThing throws if the thing is missing
 */
export async function missingFirst<Body>(
  body: Promise<Body>,
  requireThing: () => Promise<unknown>,
): Promise<Body> {
  try {
    return await body;
  } catch (error) {
    if (error instanceof TektonError) await requireThing();
    throw error;
  }
}
