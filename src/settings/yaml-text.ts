import { isAlias, LineCounter, parseDocument, visit, type Document, type ErrorCode } from 'yaml';

/**
 * What is wrong; and, after a semicolon, what may help. It takes nothing from the file: what stands there
 * may be a secret that was written without quotes.
 */
const WORDS: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'An alias (*) takes no anchor and no tag',
  BAD_ALIAS: 'An anchor (&) or alias (*) has no name, or one that ends in a colon',
  BAD_COLLECTION_TYPE: 'A tag (!) does not fit the list or mapping after it',
  BAD_DIRECTIVE: 'A directive (%) is not one of YAML',
  BAD_DQ_ESCAPE: 'An escape (\\) in double quotes is not one of YAML',
  BAD_INDENT: 'The indentation does not fit what stands above, or a bracket is not closed',
  BAD_PROP_ORDER: 'Anchors (&) and tags (!) must stand after the indicator',
  BAD_SCALAR_START: 'A text that begins with such a character needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'A second key in one line; a text with a colon and a space needs quotes',
  BLOCK_IN_FLOW: 'A list or mapping within brackets needs brackets itself',
  DUPLICATE_KEY: 'Map keys must be unique',
  IMPOSSIBLE: 'This is no YAML',
  KEY_OVER_1024_CHARS: 'A key has more than 1024 characters',
  MISSING_CHAR: 'A quote, comma, colon or space is missing',
  MULTILINE_IMPLICIT_KEY: 'A key must be in one line; is its colon missing?',
  MULTIPLE_ANCHORS: 'There are two anchors (&) at one place',
  MULTIPLE_DOCS: 'There are multiple documents; a settings file is one',
  MULTIPLE_TAGS: 'There are two tags (!) at one place',
  NON_STRING_KEY: 'A key must be text',
  RESOURCE_EXHAUSTION: 'Lists and mappings lie in each other too deeply',
  TAB_AS_INDENT: 'Indentation must be of spaces, not of tabs',
  TAG_RESOLVE_FAILED: 'What stands after a tag (!) does not fit it',
  UNEXPECTED_TOKEN: 'Something stands where nothing may; a text with such characters needs quotes',
};

/** An alias counts for all that it repeats. */
const MOST_ALIASES = 100;

/** All that is wrong with a text in YAML. */
export class YamlFaults extends Error {
  override readonly name = 'YamlFaults';

  /** @param faults each of which says where it is, and quotes nothing */
  constructor(readonly faults: readonly string[]) {
    super(faults.join('; '));
  }
}

/**
 * The one document of a text in YAML.
 *
 * @throws {YamlFaults}
 */
export function readYaml(text: string): unknown {
  const lines = new LineCounter();
  const placed = (words: string, offset: number) => {
    const { line, col } = lines.linePos(Math.max(offset, 0));
    const [what = '', hint] = words.split('; ');
    return `${what} at line ${line}, column ${col}${hint === undefined ? '' : `; ${hint}`}`;
  };
  const document = parseDocument(text, {
    uniqueKeys: true,
    // `<<` merges, as it does for the other services of the platform.
    merge: true,
    lineCounter: lines,
    // Its own words quote the file, and so do its warnings.
    prettyErrors: false,
    logLevel: 'error',
  });
  const { errors } = document;
  if (errors.length > 0) {
    throw new YamlFaults(errors.map(({ code, pos }) => placed(WORDS[code], pos[0])));
  }
  const unresolved = unresolvedAliases(document);
  if (unresolved.length > 0) {
    const words =
      'the file cannot be read: Unresolved alias; its anchor (&) must stand before it, and a text that begins with * needs quotes';
    throw new YamlFaults(unresolved.map((offset) => placed(words, offset)));
  }
  return toTree(document);
}

/** Where aliases stand whose anchor does not stand before them. */
function unresolvedAliases(document: Document.Parsed): number[] {
  const anchors = new Set<string>();
  const unresolved: number[] = [];
  visit(document, {
    Node: (_, node) => {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor);
      } else if (!anchors.has(node.source)) {
        unresolved.push(node.range?.[0] ?? 0);
      }
    },
  });
  return unresolved;
}

function toTree(document: Document.Parsed): unknown {
  let root: unknown;
  try {
    root = document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch {
    throw new YamlFaults([
      `the file cannot be read: a merge key (<<) takes mappings only, and aliases (*) may repeat no more than ${MOST_ALIASES} times`,
    ]);
  }
  try {
    JSON.stringify(root);
  } catch {
    // It holds itself, so that it has no end.
    throw new YamlFaults(['the file cannot be read: an alias stands within its own anchor']);
  }
  return root;
}
