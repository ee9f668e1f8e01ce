import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** What no digest and no error code equals: the file was written while it was being read. */
const IN_CHANGE = '';

/**
 * Reads files, and knows whether there is still in them what was read. Of their content only a digest is
 * kept, since some hold secrets.
 */
export class ReadFiles {
  /** By path: of the content, or why there was none. */
  private readonly digests = new Map<string, string>();

  /**
   * The text of a file in UTF-8, without a byte order mark.
   *
   * @throws {Error} with a `code` that says why it cannot be read
   */
  read(path: string): string {
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch (error) {
      this.note(path, codeOf(error));
      throw error;
    }
    // A pipe gives what it has only once: it cannot be looked at again.
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== false) {
      this.note(path, digestOf(bytes));
    }
    return decode(bytes);
  }

  /** Whether every file has in it what it had when it was read; one that was missing is still missing. */
  async areUnchanged(): Promise<boolean> {
    for (const [path, digest] of this.digests) {
      if ((await currentDigest(path)) !== digest) return false;
    }
    return true;
  }

  private note(path: string, digest: string): void {
    const known = this.digests.get(path);
    this.digests.set(path, known === undefined || known === digest ? digest : IN_CHANGE);
  }
}

async function currentDigest(path: string): Promise<string> {
  try {
    return digestOf(await readFile(path));
  } catch (error) {
    return codeOf(error);
  }
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64');
}

/** Why a file cannot be read, in a word. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown reason';
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw Object.assign(new Error('The file is not text', { cause }), { code: 'not UTF-8' });
  }
}
