import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
  parseDocument,
  visit,
  type Document,
  type ScalarTag,
} from 'yaml';
import { CommandError } from './command-error.js';
import { EXIT } from './exit-code.js';

/** A number as it is written, which a number of JavaScript could not hold. */
class WrittenNumber {
  constructor(readonly text: string) {}
}

/** Numbers of JSON (RFC 8259, section 6), before YAML makes numbers of JavaScript of them. */
const WRITTEN_NUMBER: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  test: /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/,
  resolve: (text) => new WrittenNumber(text),
  identify: (value) => value instanceof WrittenNumber,
  stringify: ({ value }) => (value as WrittenNumber).text,
};

const TOO_DEEP = 'it is nested too deeply';

/** An alias stands for all that it points to: a few lines could stand for gigabytes. */
const MOST_NODES = 1_000_000;

/**
 * YAML as JSON, in which numbers are written as they were, and keys stay in their order.
 *
 * @throws {CommandError} if it is no YAML, or has something that JSON cannot say
 */
export function yamlToJson(text: string, name: string): string {
  const fault = (what: string) => new CommandError(`${name}: ${what}`, EXIT.usage);
  const documents = parseDocuments(text, fault);
  const [document] = documents;
  if (document === undefined) throw fault('it is empty');
  const [error] = document.errors;
  if (error !== undefined) throw fault(reasonOf(error));
  if (documents.length > 1) throw fault('it holds more than one YAML document');
  let nodes = 0;
  const toJson = (node: unknown): string => {
    if (++nodes > MOST_NODES) throw fault(`its aliases stand for more than ${MOST_NODES} values`);
    if (isAlias(node)) return toJson(node.resolve(document));
    if (isSeq(node)) return `[${node.items.map(toJson).join(',')}]`;
    if (isMap(node)) {
      const members = node.items.map(({ key, value }) => `${keyOf(key)}:${toJson(value)}`);
      return `{${members.join(',')}}`;
    }
    return scalarToJson(isScalar(node) ? node.value : node, fault);
  };
  const keyOf = (key: unknown): string => {
    if (!isScalar(key)) throw fault('a key is not a plain one');
    if (key.type === 'PLAIN' && key.source === '<<') {
      throw fault('merge keys (<<) are not known to YAML 1.2; write out what they stand for');
    }
    return JSON.stringify(key.source ?? String(key.value));
  };
  try {
    return toJson(document.contents);
  } catch (thrown) {
    throw thrown instanceof RangeError ? fault(TOO_DEEP) : thrown;
  }
}

function parseDocuments(text: string, fault: (what: string) => Error): Document.Parsed[] {
  try {
    return parseAllDocuments(text, {
      customTags: exactNumbers,
      version: '1.2',
    }) as Document.Parsed[];
  } catch (error) {
    throw error instanceof RangeError ? fault(TOO_DEEP) : error;
  }
}

/** The parser tells the end of the stack as a fault of the text. */
function reasonOf({ message }: Error): string {
  return message.includes('call stack') ? TOO_DEEP : message;
}

function scalarToJson(value: unknown, fault: (what: string) => Error): string {
  if (value instanceof WrittenNumber) return value.text;
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  // As 0x1F, or .5: JSON writes them otherwise.
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  throw fault(`JSON has nothing to say ${typeof value === 'number' ? value : typeof value} with`);
}

/** JSON as YAML, in which numbers are written as they were. */
export function jsonToYaml(text: string): string {
  try {
    return asBlocks(text);
  } catch {
    // What this YAML cannot say, such as a key of several thousand characters, is said in JSON, which YAML is
    // a superset of.
    return `${text}\n`;
  }
}

/** @throws Error if that cannot be done */
function asBlocks(text: string): string {
  // What YAML 1.1 would take for something else, as `yes`, is quoted for those who read it as such.
  const options = { customTags: exactNumbers, version: '1.2', compat: 'yaml-1.1' } as const;
  const document = parseDocument(text, options);
  const [error] = document.errors;
  if (error !== undefined) throw error;
  visit(document, {
    Collection: (_key, node) => {
      node.flow = node.items.length === 0;
    },
    Scalar: (_key, node) => {
      if (typeof node.value === 'string') delete node.type;
    },
  });
  return document.toString({ lineWidth: 0 });
}

function exactNumbers(tags: (ScalarTag | string | object)[]): never {
  return [WRITTEN_NUMBER, ...tags] as never;
}
