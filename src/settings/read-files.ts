import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { devNull } from 'node:os';

const MEBIBYTE = 1024 * 1024;

/** Bytes that a file may have. It is no option, since it counts before any option is known. */
export const FILE_LIMIT = 16 * MEBIBYTE;

/** What no digest and no error code equals: the file was written while it was being read. */
const IN_CHANGE = '';

/** Without waiting for whoever might write to a pipe: a thread that waits there never ends. */
const AT_ONCE = constants.O_RDONLY | constants.O_NONBLOCK;

/** How a file may be read. */
export interface FileReading {
  /** Whether it may be a pipe, if it is the first time that it is read: a pipe gives what it has only once. */
  readonly mayBePipe?: boolean;
}

/**
 * Reads files, and knows whether there is still in them what was read. Of their content only a digest is
 * kept, since some hold secrets; but what came through a pipe is kept as it is.
 */
export class ReadFiles {
  /** By path: of the content, or why there was none. */
  private readonly digests = new Map<string, string>();
  /** By path: what pipes gave. Not to be seen where settings are printed. */
  readonly #piped: Map<string, Buffer>;
  private readonly isFirst: boolean;

  /** @param first what read the same files at the start: what pipes gave then is taken for what they hold */
  constructor(first?: ReadFiles) {
    this.isFirst = first === undefined;
    this.#piped = first ? first.#piped : new Map<string, Buffer>();
  }

  /**
   * The text of a file in UTF-8, without a byte order mark.
   *
   * @throws {Error} with a `code` that says why it cannot be read
   */
  read(path: string, { mayBePipe = false }: FileReading = {}): string {
    if (mayBePipe) {
      const piped = this.#piped.get(path) ?? (this.isFirst ? this.readPipe(path) : undefined);
      if (piped) return decode(piped);
    }
    let bytes: Buffer;
    try {
      bytes = readNow(path, AT_ONCE);
    } catch (error) {
      this.note(path, codeOf(error));
      throw error;
    }
    this.note(path, digestOf(bytes));
    return decode(bytes);
  }

  /** Whether every file has in it what it had when it was read; one that was missing is still missing. */
  async areUnchanged(): Promise<boolean> {
    for (const [path, digest] of this.digests) {
      if ((await currentDigest(path)) !== digest) return false;
    }
    return true;
  }

  /** What a pipe gives, as soon as somebody has written it; `undefined` if it is no pipe. */
  private readPipe(path: string): Buffer | undefined {
    if (statSync(path, { throwIfNoEntry: false })?.isFIFO() !== true) return undefined;
    const bytes = readNow(path, constants.O_RDONLY);
    this.#piped.set(path, bytes);
    return bytes;
  }

  private note(path: string, digest: string): void {
    const known = this.digests.get(path);
    this.digests.set(path, known === undefined || known === digest ? digest : IN_CHANGE);
  }
}

/** What is read of a file, piece by piece, and never more than the limit. */
class Content {
  private bytes: Buffer;
  private size = 0;

  constructor(expected: number) {
    requireWithinLimit(expected);
    this.bytes = Buffer.alloc(expected + 1);
  }

  /** Where the next piece goes; never empty. */
  get room(): Buffer {
    return this.bytes.subarray(this.size);
  }

  /** Takes what was read into the room; says whether there may be more. */
  add(count: number): boolean {
    this.size += count;
    requireWithinLimit(this.size);
    if (this.size === this.bytes.length) this.bytes = Buffer.concat([this.bytes], this.size * 2);
    return count > 0;
  }

  get whole(): Buffer {
    return this.bytes.subarray(0, this.size);
  }
}

function readNow(path: string, flags: number): Buffer {
  const descriptor = openSync(path, flags);
  try {
    const stats = fstatSync(descriptor);
    if (flags === AT_ONCE) requireRegular(path, stats);
    const content = new Content(stats.size);
    while (content.add(readSync(descriptor, content.room)));
    return content.whole;
  } finally {
    closeSync(descriptor);
  }
}

async function currentDigest(path: string): Promise<string> {
  try {
    const file = await open(path, AT_ONCE);
    try {
      const stats = await file.stat();
      requireRegular(path, stats);
      const content = new Content(stats.size);
      while (content.add((await file.read(content.room)).bytesRead));
      return digestOf(content.whole);
    } finally {
      await file.close();
    }
  } catch (error) {
    return codeOf(error);
  }
}

/** Others may have no end, or none before somebody writes to them. */
function requireRegular(path: string, stats: Stats): void {
  if (!stats.isFile() && path !== devNull) throw unreadable('it is not a regular file');
}

function requireWithinLimit(size: number): void {
  if (size > FILE_LIMIT) throw unreadable(`it is larger than ${FILE_LIMIT / MEBIBYTE} MiB`);
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64');
}

/** Why a file cannot be read, in a word or a few. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown reason';
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw unreadable('not UTF-8', cause);
  }
}

function unreadable(code: string, cause?: unknown): Error {
  return Object.assign(new Error(`The file cannot be read: ${code}`, { cause }), { code });
}
