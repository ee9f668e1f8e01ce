import type { IncomingHttpHeaders } from 'node:http';
import { faultsError, TektonError, type Fault } from '../errors/tekton-error.js';
import type { Parameter } from './parameter.js';

const ENTITY_TAGS = /^\s*(?:\*|(?:W\/)?"[^"]*"(?:\s*,\s*(?:W\/)?"[^"]*")*)\s*$/;
const ENTITY_TAG = /(W\/)?"[^"]*"/g;

const TAGS: Parameter = {
  name: '',
  in: 'header',
  description: '',
  schema: { type: 'string' },
};

/** Documents `If-None-Match` of a read. */
export const IF_NONE_MATCH: Parameter = {
  ...TAGS,
  name: 'If-None-Match',
  description: 'ETags that the caller has; if one is current, the answer is 304 without a body.',
};

/** Documents `If-Match` of a write. */
export const IF_MATCH: Parameter = {
  ...TAGS,
  name: 'If-Match',
  description:
    'Write only if the current ETag is among these (412 otherwise); `*`: if it is there.',
};

/** Documents `If-None-Match` of a write. */
export const IF_NONE_MATCH_ON_WRITE: Parameter = {
  ...TAGS,
  name: 'If-None-Match',
  description: '`*`: write only if it is not there yet (412 otherwise).',
};

/** What a caller requires of the present state (RFC 9110 section 13). */
export class Preconditions {
  private constructor(
    private readonly ifMatch: string | undefined,
    private readonly ifNoneMatch: string | undefined,
  ) {}

  /** @throws {TektonError} INVALID_PARAMETER if a header is not a list of entity tags */
  static of(headers: IncomingHttpHeaders): Preconditions {
    const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
    if (ifMatch === undefined && ifNoneMatch === undefined) return NONE;
    const faults: Fault[] = [];
    for (const [path, value] of [
      ['If-Match', ifMatch],
      ['If-None-Match', ifNoneMatch],
    ] as const) {
      if (value !== undefined && !ENTITY_TAGS.test(value)) {
        faults.push({ path, message: 'must be *, or ETags in double quotes with commas between' });
      }
    }
    if (faults.length > 0) throw faultsError('INVALID_PARAMETER', 'The request', faults);
    return new Preconditions(ifMatch, ifNoneMatch);
  }

  static none(): Preconditions {
    return new Preconditions(undefined, undefined);
  }

  get isEmpty(): boolean {
    return this.ifMatch === undefined && this.ifNoneMatch === undefined;
  }

  /**
   * Holds a write to the present state.
   *
   * @param etag the present ETag; `undefined` if there is nothing
   * @throws {TektonError} PRECONDITION_FAILED
   */
  check(etag: string | undefined): void {
    if (this.ifMatch !== undefined && !matches(this.ifMatch, etag, 'strong')) {
      throw new TektonError(
        'PRECONDITION_FAILED',
        etag === undefined
          ? 'If-Match does not hold: there is nothing here'
          : `If-Match does not hold: it has changed, the ETag is ${etag} now; read it and try again`,
      );
    }
    if (this.ifNoneMatch !== undefined && matches(this.ifNoneMatch, etag, 'weak')) {
      throw new TektonError('PRECONDITION_FAILED', 'If-None-Match does not hold: it is there');
    }
  }

  /** Whether a reader has what is current already. */
  isNotModified(etag: string): boolean {
    return this.ifNoneMatch !== undefined && matches(this.ifNoneMatch, etag, 'weak');
  }
}

const NONE = Preconditions.none();

/** RFC 9110 section 8.8.3.2: weak tags never match in the strong comparison. */
function matches(header: string, etag: string | undefined, comparison: 'strong' | 'weak'): boolean {
  if (etag === undefined) return false;
  if (header.trim() === '*') return true;
  return (header.match(ENTITY_TAG) ?? []).some((tag) =>
    comparison === 'weak' ? tag.replace(/^W\//, '') === etag : tag === etag,
  );
}
