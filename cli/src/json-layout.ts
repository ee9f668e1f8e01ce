/**
 * JSON with a line for each member, as people read it. It works on the text, so that numbers, the order of
 * keys and characters stay as they are stored.
 *
 * @param text valid JSON
 */
export function layOut(text: string): string {
  let result = '';
  let depth = 0;
  for (const [token] of text.matchAll(TOKENS)) {
    switch (token[0]) {
      case '{':
      case '[':
        if (token.length > 1) {
          result += token.startsWith('{') ? '{}' : '[]';
          break;
        }
        result += token + newLine(++depth);
        break;
      case '}':
      case ']':
        result += newLine(--depth) + token;
        break;
      case ',':
        result += token + newLine(depth);
        break;
      case ':':
        result += ': ';
        break;
      case undefined:
      default:
        result += token;
    }
  }
  return result;
}

/** Strings, numbers and words whole; an empty object or array as one. White space is left out. */
const TOKENS = /"(?:[^"\\]|\\.)*"|\{\s*\}|\[\s*\]|[{}[\]:,]|[^\s{}[\]:,"]+/g;

function newLine(depth: number): string {
  return `\n${'  '.repeat(depth)}`;
}
