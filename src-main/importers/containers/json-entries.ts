/**
 * Entries of one JSON list or object, one at a time, with the bytes that each takes in the file: data sets write rows as an
 * object by id (GQA), and files that belong together are joined by where an entry lies. Only the outermost structure is
 * followed here; each entry is parsed by whoever asked.
 */

/** One value of the list or object. */
export interface JsonEntry {
  /** Null in a list. */
  readonly key: string | null;
  /** The value's bytes; null: there are more than are held. */
  readonly bytes: Uint8Array | null;
  /** Of the value in the file: the first byte, and the one behind the last. */
  readonly from: number;
  readonly to: number;
  /** The line it starts on, 1-based. */
  readonly line: number;
}

const [QUOTE, BACKSLASH, COMMA, COLON, LF] = [0x22, 0x5c, 0x2c, 0x3a, 0x0a];
const [LIST, LIST_END, OBJECT, OBJECT_END] = [0x5b, 0x5d, 0x7b, 0x7d];
const MOST_KEY_BYTES = 1000;

/** Thrown where the text is no list or object, or is cut off. */
export class JsonCut extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

interface Value {
  readonly from: number;
  readonly line: number;
  /** Behind the last byte that is no white space. */
  to: number;
  size: number;
  parts: Uint8Array[];
}

/**
 * @param source bytes from the list's or object's first one (white space and a byte-order mark before it are passed over);
 *   what follows its end is not looked at
 * @param at where `source` begins in the file
 * @throws JsonCut
 */
export async function* jsonEntries(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
  { at: begins = 0, line: firstLine = 1 }: { readonly at?: number; readonly line?: number } = {},
): AsyncGenerator<JsonEntry> {
  let [depth, line, start] = [0, firstLine, begins];
  let [inString, escaped, inKey, isObject] = [false, false, false, false];
  let keyBytes: number[] = [];
  let key: string | null = null;
  let value: Value | null = null;
  const ended = (found: Value): JsonEntry => ({
    key,
    bytes: found.size > maxBytes ? null : Buffer.concat(found.parts).subarray(0, found.to - found.from),
    from: found.from,
    to: found.to,
    line: found.line,
  });

  for await (const chunk of source) {
    /** Where the current value's bytes begin in this chunk. */
    let own = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (byte === LF) line++;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
        if (inKey) {
          if (!inString) [key, inKey] = [textOf(keyBytes), false];
          else if (keyBytes.length > MOST_KEY_BYTES) throw new JsonCut(line, 'a key is too long');
          else keyBytes.push(byte);
        } else if (value) value.to = start + i + 1;
        continue;
      }
      if (byte === 0x20 || byte === LF || byte === 0x09 || byte === 0x0d) continue;
      if (depth === 0) {
        if (byte >= 0x80 && start === 0 && i < 3) continue;
        if (byte !== LIST && byte !== OBJECT) throw new JsonCut(line, 'expected a JSON list or object');
        isObject = byte === OBJECT;
        depth = 1;
        continue;
      }
      if (depth === 1 && (byte === COMMA || byte === LIST_END || byte === OBJECT_END)) {
        if (value) {
          keep(value, chunk, own, i, maxBytes);
          yield ended(value);
        } else if (byte === COMMA || key !== null)
          throw new JsonCut(line, 'a value is missing before a comma');
        [value, key] = [null, null];
        if (byte !== COMMA) return;
        continue;
      }
      if (depth === 1 && isObject && value === null && (key === null || byte === COLON)) {
        if (key === null && byte !== QUOTE) throw new JsonCut(line, 'expected a key in quotes');
        if (key === null) [keyBytes, inString, inKey] = [[], true, true];
        continue;
      }
      if (value === null) {
        value = { from: start + i, line, to: 0, size: 0, parts: [] };
        own = i;
      }
      value.to = start + i + 1;
      if (byte === QUOTE) inString = true;
      else if (byte === LIST || byte === OBJECT) depth++;
      else if (byte === LIST_END || byte === OBJECT_END) depth--;
    }
    if (value) keep(value, chunk, own, chunk.length, maxBytes);
    start += chunk.length;
  }
  throw new JsonCut(line, depth === 0 ? 'expected a JSON list or object' : 'the file is cut off');
}

function keep(value: Value, chunk: Uint8Array, from: number, to: number, maxBytes: number): void {
  value.size += to - from;
  if (value.size > maxBytes) value.parts = [];
  else value.parts.push(chunk.slice(from, to));
}

function textOf(bytes: readonly number[]): string {
  const text = Buffer.from(bytes).toString('utf8');
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}
