/**
 * The members of a file that is one JSON object, without holding it: data sets put their lists under a key (`data`,
 * `questions`, `annotations`), and which keys there are says what such a file is.
 */

/** One member of the outermost object. */
export interface JsonMember {
  readonly key: string;
  /** By the value's first byte; for a list, whether its first element is an object. */
  readonly kind: 'objects' | 'list' | 'object' | 'text' | 'other';
  /** Bytes of the value in the file: the first one, and the one behind the last. */
  readonly from: number;
  readonly to: number;
  /** The line that the value starts on, 1-based. */
  readonly line: number;
}

/** More are an object that maps ids to rows, not one of lists. */
const MOST_MEMBERS = 10_000;
const MOST_KEY_BYTES = 1000;

const [QUOTE, BACKSLASH, COMMA, COLON, LF] = [0x22, 0x5c, 0x2c, 0x3a, 0x0a];
const [LIST, OBJECT, OBJECT_END] = [0x5b, 0x7b, 0x7d];
const CLOSE = new Set([0x5d, OBJECT_END]);
const SPACE = new Set([0x20, 0x09, LF, 0x0d]);

interface Value {
  readonly from: number;
  readonly line: number;
  kind: JsonMember['kind'];
  /** Whether its first element was met. */
  begun: boolean;
}

/**
 * Reads to the end of the object, and no further than the next byte behind it.
 * @returns null where something follows the object (lines), it is cut off, has too many members, or is none
 */
export async function membersOf(source: AsyncIterable<Uint8Array>): Promise<readonly JsonMember[] | null> {
  const members: JsonMember[] = [];
  let [depth, line, start] = [0, 1, 0];
  let [inString, escaped, ended] = [false, false, false];
  /** Bytes of the key while it is read, then its text; the value behind it. */
  let keyBytes: number[] | null = null;
  let key: string | null = null;
  let value: Value | null = null;

  for await (const chunk of source) {
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      const at = start + i;
      if (byte === LF) line++;
      if (inString) {
        const closes = byte === QUOTE && !escaped;
        escaped = byte === BACKSLASH && !escaped;
        if (closes) inString = false;
        if (keyBytes === null) continue;
        if (!closes) keyBytes.push(byte);
        else [key, keyBytes] = [keyText(keyBytes), null];
        if (keyBytes !== null && keyBytes.length > MOST_KEY_BYTES) return null;
        continue;
      }
      // A byte-order mark.
      if (SPACE.has(byte) || (at < 3 && byte >= 0x80)) continue;
      if (ended) return null;
      if (depth === 0) {
        if (byte !== OBJECT) return null;
        depth = 1;
      } else if (depth === 1 && (byte === COMMA || byte === OBJECT_END)) {
        if (key !== null && value !== null) {
          members.push({ key, kind: value.kind, from: value.from, to: at, line: value.line });
        }
        if (members.length > MOST_MEMBERS) return null;
        key = value = null;
        if (byte === OBJECT_END) ended = true;
      } else if (depth === 1 && key === null) {
        if (byte !== QUOTE) return null;
        [keyBytes, inString] = [[], true];
      } else if (depth > 1 || byte !== COLON) {
        if (value === null) value = { from: at, line, kind: kindOf(byte), begun: false };
        else if (depth === 2 && !value.begun) {
          value.begun = true;
          if (value.kind === 'list' && byte === OBJECT) value.kind = 'objects';
        }
        if (byte === QUOTE) inString = true;
        else if (byte === LIST || byte === OBJECT) depth++;
        else if (CLOSE.has(byte)) depth--;
      }
    }
    start += chunk.length;
  }
  return ended ? members : null;
}

function kindOf(first: number): JsonMember['kind'] {
  if (first === LIST) return 'list';
  if (first === OBJECT) return 'object';
  return first === QUOTE ? 'text' : 'other';
}

/** As JSON reads it; a key that is no JSON text stands as it is. */
function keyText(bytes: readonly number[]): string {
  const text = Buffer.from(bytes).toString('utf8');
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}
