import { createHash } from 'node:crypto';
import {
  isExactObject,
  parseExact,
  writeCanonical,
  writeExact,
  type ExactObject,
} from '../json/exact-json.js';

/** What is stored was held to the limits of its time. */
const NO_LIMITS = { depth: Infinity, keys: Infinity };

/** A configuration as it is stored. */
export interface ConfigurationDocument {
  /** JSON text as it was put, without insignificant white space. */
  readonly text: string;
  /** SHA-256 of the canonical text, so that equal documents are recognised. */
  readonly digest: string;
}

export function toDocument(value: ExactObject): ConfigurationDocument {
  const text = writeExact(value);
  // Only escapes can write one string in two ways.
  const canonical = text.includes('\\') ? writeCanonical(value) : text;
  return { text, digest: createHash('sha256').update(canonical).digest('base64url') };
}

/** Reads the text of a document that is stored. */
export function readStored(text: string): ExactObject {
  const value = parseExact(text, NO_LIMITS);
  if (!isExactObject(value)) throw new Error('Only objects are stored');
  return value;
}
