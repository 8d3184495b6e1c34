/**
 * How much a JSON text holds, counted before it is parsed: parsed JSON takes many times its bytes, and what is nested a
 * million deep stops whoever walks it. The text need not be valid.
 */

export interface JsonLimits {
  readonly maxBytes: number;
  /** Lists and objects inside one another. */
  readonly depth: number;
  /** Values: members of lists and objects, all together. */
  readonly values: number;
}

/** The largest vocabularies have a quarter of a million words and twice as many merges. */
export const JSON_LIMITS: JsonLimits = { maxBytes: 32_000_000, depth: 64, values: 10_000_000 };

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** What passes the limits, in words that follow a file's name; null when nothing does. */
export function tooMuchJson(bytes: Buffer, { depth: deepest, values: most }: JsonLimits): string | null {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case QUOTE:
        at = endOfString(bytes, at);
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        values++;
        if (++depth > deepest) return `nests more than ${deepest} lists and objects in one another`;
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth--;
        break;
      case COMMA:
        values++;
    }
    if (values > most) return `holds more than ${most} values`;
  }
  return null;
}

/** Where the string that begins at `at` ends; the end of the text when it does not. */
function endOfString(bytes: Buffer, at: number): number {
  for (let end = bytes.indexOf(QUOTE, at + 1); end >= 0; end = bytes.indexOf(QUOTE, end + 1)) {
    let escapes = 0;
    while (bytes[end - 1 - escapes] === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return bytes.length;
}
