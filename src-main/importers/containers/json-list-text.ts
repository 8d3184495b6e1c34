/**
 * Elements of a JSON list, one at a time: LLaVA's training file is a single list of hundreds of megabytes. Only the
 * list's own structure is followed here; each element is parsed by whoever asked.
 */
import { decode } from './lines.ts';
import type { TextLine } from './lines.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);
const LF = 0x0a;
const LIST_END = 0x5d;

/**
 * The elements' text with the line each starts on. One that is too long is a problem of its own and is not held; a list
 * that is cut off, or that something follows, ends with a problem of the line where that shows.
 */
export async function* readArray(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
  firstLine = 1,
): AsyncGenerator<TextLine> {
  let state: 'before' | 'in' | 'after' = 'before';
  let depth = 0;
  let inString = false;
  let escaped = false;
  let line = firstLine;
  let startLine = 0;
  let parts: Uint8Array[] = [];
  let size = 0;
  const problem = (text: string): TextLine => ({ line, text: null, problem: text });
  const element = (): TextLine => {
    const bytes = Buffer.concat(parts);
    const tooLong = size > maxBytes;
    parts = [];
    size = 0;
    if (!tooLong) return { line: startLine, ...decode(bytes) };
    return { line: startLine, text: null, problem: `the element is longer than ${maxBytes} bytes` };
  };

  for await (const chunk of source) {
    // Start of the current element's bytes in this chunk; -1 between elements.
    let from = size > 0 ? 0 : -1;
    const keep = (end: number): void => {
      if (from < 0) return;
      size += end - from;
      if (size > maxBytes) parts = [];
      else parts.push(chunk.slice(from, end));
      from = -1;
    };
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (byte === LF) line++;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
        continue;
      }
      if (SPACE.has(byte) || (state === 'before' && line === firstLine && byte >= 0x80)) continue;
      if (state === 'before') {
        if (byte !== 0x5b) return yield problem('expected a JSON list');
        state = 'in';
        continue;
      }
      if (state === 'after') return yield problem('something follows the list');
      if (depth === 0 && (byte === COMMA || byte === LIST_END)) {
        keep(i);
        if (size > 0) yield element();
        else if (byte === COMMA) return yield problem('an element is missing before a comma');
        if (byte === LIST_END) state = 'after';
        continue;
      }
      if (from < 0 && size === 0) {
        from = i;
        startLine = line;
      }
      if (byte === QUOTE) inString = true;
      else if (OPEN.has(byte)) depth++;
      else if (CLOSE.has(byte)) depth--;
    }
    keep(chunk.length);
  }
  if (state === 'before') return;
  if (state === 'in') yield { line: size > 0 ? startLine : line, text: null, problem: 'the list is cut off' };
}
