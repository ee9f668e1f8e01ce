import { CommandError } from './command-error.js';
import { EXIT } from './exit-code.js';

/**
 * A name as a part of a path.
 *
 * @throws {CommandError} if it would be taken for another path (RFC 3986, section 5.2.4)
 */
export function pathSegment(name: string): string {
  if (['', '.', '..'].includes(name)) {
    throw new CommandError(`"${name}" is no name`, EXIT.usage);
  }
  return encodeURIComponent(name);
}
