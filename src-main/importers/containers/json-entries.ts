/**
 * Entries of one JSON list or object, one at a time, with the bytes that each takes in the file: training files are single lists
 * of hundreds of megabytes, data sets write rows as an object by id (GQA), and files that belong together are joined by where
 * an entry lies. Only the outermost structure is followed here; each entry is parsed by whoever asked.
 */

/** What a value is by its first bytes; `objects`: a list whose first element is an object. */
export type JsonKind = 'objects' | 'list' | 'object' | 'text' | 'other';

/** One value of the list or object. */
export interface JsonEntry {
  /** Null in a list. */
  readonly key: string | null;
  readonly kind: JsonKind;
  /** The value's bytes, which may be those of the chunk they came in; null: there are more than are held. */
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

/** Bytes that say something within a value, and within a text: all others are passed over. */
const [IN_VALUE, IN_TEXT] = [new Uint8Array(256), new Uint8Array(256)];
for (const byte of [QUOTE, LF, LIST, LIST_END, OBJECT, OBJECT_END]) IN_VALUE[byte] = 1;
for (const byte of [QUOTE, BACKSLASH, LF]) IN_TEXT[byte] = 1;

/** Thrown where the text is no list or object, or is cut off. */
export class JsonCut extends Error {
  /** Where that shows, 1-based; of what is cut off within an entry, the line it starts on. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

interface Value {
  readonly from: number;
  readonly line: number;
  kind: JsonKind;
  /** Behind the last byte that is no white space. */
  to: number;
  /** What of it came in chunks before; null: more than is held. */
  parts: Uint8Array[] | null;
}

/** Reads elements of a list where they stand, so that nobody looks for their ends first. */
export interface ElementReader {
  /**
   * Takes the object that begins at `from` of these bytes.
   * @returns where the comma or the end of the list behind it stands; -1: it is left to be found and given as an entry
   */
  readonly take: (chunk: Uint8Array, from: number) => number;
  /** Ends of lines within what it took last. */
  readonly lines: number;
}

/** Finds the entries in a text that comes in pieces. */
export class EntryScanner {
  readonly #maxBytes: number;
  readonly #only: 'list' | null;
  #start: number;
  #line: number;
  #depth = 0;
  #inText = false;
  #escaped = false;
  #isObject = false;
  #ended = false;
  #follows = 0;
  /** Bytes of a key while it is read. */
  #keyBytes: number[] | null = null;
  #key: string | null = null;
  #value: Value | null = null;

  /**
   * @param maxBytes of an entry that is held; 0: none is
   * @param at where the first chunk begins in the file: at the list or object, or white space and a byte-order mark before it
   * @param only `list`: an object is none
   */
  constructor(
    maxBytes: number,
    {
      at = 0,
      line = 1,
      only = null,
    }: { readonly at?: number; readonly line?: number; readonly only?: 'list' | null } = {},
  ) {
    this.#maxBytes = maxBytes;
    this.#start = at;
    this.#line = line;
    this.#only = only;
  }

  /** Whether the end of the list or object was met. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The line on which something else follows the list or object; 0: nothing does, as far as was read. */
  get follows(): number {
    return this.#follows;
  }

  /**
   * Entries that end in the next piece of the text; to be walked to its end. Throws JsonCut.
   * @param reader takes what it can of a list's objects; those are no entries
   */
  *entries(chunk: Uint8Array, reader: ElementReader | null = null): Generator<JsonEntry, void> {
    const { length } = chunk;
    const taker = length <= this.#maxBytes ? reader : null;
    // Fields are looked up at each byte, these are not.
    let [value, line, depth, inText, escaped] = [
      this.#value,
      this.#line,
      this.#depth,
      this.#inText,
      this.#escaped,
    ];
    for (let i = 0; i < length;) {
      if (!escaped && depth > 1) {
        if (inText) i = skip(chunk, i, IN_TEXT);
        else if (depth > 2) i = skip(chunk, i, IN_VALUE);
        if (i === length) break;
      }
      const byte = chunk[i]!;
      const at = this.#start + i++;
      if (byte === LF) line++;
      if (inText) {
        const closes = byte === QUOTE && !escaped;
        escaped = byte === BACKSLASH && !escaped;
        if (closes) inText = false;
        if (this.#keyBytes !== null) this.#readKey(byte, closes, line);
        else if (closes) value!.to = at + 1;
        continue;
      }
      if (byte === 0x20 || byte === LF || byte === 0x09 || byte === 0x0d) continue;
      if (depth === 1) {
        if (byte === COMMA || byte === LIST_END || byte === OBJECT_END) {
          if (value) yield this.#entry(value, chunk);
          else if (byte === COMMA || this.#key !== null) throw this.#missing(line);
          value = this.#key = null;
          if (byte !== COMMA) [this.#ended, depth] = [true, 0];
          continue;
        }
        if (this.#isObject && value === null && (this.#key === null || byte === COLON)) {
          if (this.#key !== null) continue;
          if (byte !== QUOTE) throw new JsonCut(line, 'expected a key in quotes');
          [this.#keyBytes, inText] = [[], true];
          continue;
        }
        if (taker && byte === OBJECT && value === null && !this.#isObject) {
          const end = taker.take(chunk, i - 1);
          if (end >= 0) {
            line += taker.lines;
            // The end of the list is met in the next round.
            i = chunk[end] === COMMA ? end + 1 : end;
            continue;
          }
        }
        value ??= { from: at, line, kind: kindOf(byte), to: 0, parts: [] };
        value.to = at + 1;
      } else if (depth === 0) {
        if (this.#ended) {
          this.#follows = line;
          return;
        }
        if (byte >= 0x80 && at < 3) continue;
        this.#begin(byte, line);
        depth = 1;
        continue;
      } else if (depth === 2 && value!.to === value!.from + 1) {
        // The first byte within the value.
        if (value!.kind === 'list' && byte === OBJECT) value!.kind = 'objects';
        value!.to++;
      }
      if (byte === QUOTE) inText = true;
      else if (byte === LIST || byte === OBJECT) depth++;
      else if (byte === LIST_END || byte === OBJECT_END) {
        depth--;
        value!.to = at + 1;
      }
    }
    if (value) this.#hold(value, chunk);
    [this.#value, this.#line, this.#depth, this.#inText, this.#escaped] = [
      value,
      line,
      depth,
      inText,
      escaped,
    ];
    this.#start += length;
  }

  /** To be called behind the last piece. Throws JsonCut where the end was not met. */
  end(): void {
    if (this.#ended) return;
    const line = this.#value?.line ?? this.#line;
    if (this.#depth === 0) throw new JsonCut(line, 'expected a JSON list or object');
    throw new JsonCut(line, `the ${this.#isObject ? 'file' : 'list'} is cut off`);
  }

  /** Whether anything but white space was met. */
  get begun(): boolean {
    return this.#depth > 0 || this.#ended;
  }

  #begin(byte: number, line: number): void {
    this.#isObject = byte === OBJECT;
    if (byte === LIST || (this.#isObject && this.#only === null)) return;
    throw new JsonCut(line, `expected a JSON list${this.#only === null ? ' or object' : ''}`);
  }

  #missing(line: number): JsonCut {
    return new JsonCut(line, `${this.#isObject ? 'a value' : 'an element'} is missing before a comma`);
  }

  #readKey(byte: number, closes: boolean, line: number): void {
    const bytes = this.#keyBytes!;
    if (closes) [this.#key, this.#keyBytes] = [keyText(bytes), null];
    else if (bytes.length > MOST_KEY_BYTES) throw new JsonCut(line, 'a key is too long');
    else bytes.push(byte);
  }

  #entry({ from, to, line, kind, parts }: Value, chunk: Uint8Array): JsonEntry {
    const own = { key: this.#key, kind, from, to, line };
    if (parts === null || to - from > this.#maxBytes) return { ...own, bytes: null };
    const last = chunk.subarray(Math.max(from - this.#start, 0), Math.max(to - this.#start, 0));
    if (parts.length === 0) return { ...own, bytes: last };
    return { ...own, bytes: Buffer.concat([...parts, last]).subarray(0, to - from) };
  }

  /** Keeps what the chunk has of an entry that goes on behind it. */
  #hold(value: Value, chunk: Uint8Array): void {
    if (this.#start + chunk.length - value.from > this.#maxBytes) value.parts = null;
    else value.parts?.push(chunk.slice(Math.max(value.from - this.#start, 0)));
  }
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
  place: { readonly at?: number; readonly line?: number } = {},
): AsyncGenerator<JsonEntry> {
  const scanner = new EntryScanner(maxBytes, place);
  for await (const chunk of source) {
    yield* scanner.entries(chunk);
    if (scanner.ended) return;
  }
  scanner.end();
}

/** The first place from `i` on whose byte says something; the length: none does. */
function skip(chunk: Uint8Array, i: number, says: Uint8Array): number {
  const { length } = chunk;
  while (i < length && says[chunk[i]!] === 0) i++;
  return i;
}

function kindOf(first: number): JsonKind {
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
