import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { CommandError } from './command-error.js';
import { yamlToJson } from './exact-yaml.js';
import { EXIT } from './exit-code.js';
import { messageOf } from './message-of.js';

/** Stands for standard input. */
export const STANDARD_INPUT = '-';

/**
 * The JSON of a file, or of standard input (`-`). What is no JSON is read as YAML: by the file's
 * extension, else by its first character.
 *
 * @throws {CommandError} if it cannot be read
 */
export async function readDocument(file: string): Promise<string> {
  const name = file === STANDARD_INPUT ? 'standard input' : file;
  const text = decode(await readBytes(file), name);
  if (text.trim() === '') throw new CommandError(`${name}: it is empty`, EXIT.usage);
  return isJson(file, text) ? text : yamlToJson(text, name);
}

/** @throws {CommandError} if it cannot be read */
export async function readBytes(file: string): Promise<Buffer> {
  if (file !== STANDARD_INPUT) {
    return readFile(file).catch((error: unknown) => {
      throw new CommandError(`${file} cannot be read: ${messageOf(error)}`, EXIT.usage);
    });
  }
  if (process.stdin.isTTY) process.stderr.write('Reading from the terminal, until Ctrl-D:\n');
  return buffer(process.stdin);
}

function decode(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CommandError(`${name}: it is not UTF-8`, EXIT.usage);
  }
}

function isJson(file: string, text: string): boolean {
  switch (extname(file)) {
    case '.json':
      return true;
    case '.yaml':
    case '.yml':
      return false;
    default:
      return /^\s*[{[]/.test(text);
  }
}
