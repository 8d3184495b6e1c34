/**
 * Lines of a text stream with their numbers, without ever holding more than one: input files are as long as people
 * make them. Bytes that are not UTF-8 and absurdly long lines are problems of their line, not of the program.
 */

/** One line, 1-based. Exactly one of `text` and `problem` is set. */
export interface TextLine {
  readonly line: number;
  readonly text: string | null;
  readonly problem: string | null;
}

const LF = 0x0a;
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** Lines of `source`, endings (LF, CRLF) and a byte-order mark taken off. The last one needs no ending. */
export async function* readLines(
  source: AsyncIterable<Uint8Array | string>,
  maxBytes = MAX_LINE_BYTES,
): AsyncGenerator<TextLine> {
  let parts: Buffer[] = [];
  let size = 0;
  let line = 0;
  const keep = (bytes: Buffer): void => {
    size += bytes.length;
    if (size > maxBytes) parts = [];
    else if (bytes.length > 0) parts.push(bytes);
  };
  const finish = (): TextLine => {
    line++;
    const tooLong = size > maxBytes;
    const bytes = Buffer.concat(parts);
    parts = [];
    size = 0;
    if (tooLong) return { line, text: null, problem: `the line is longer than ${maxBytes} bytes` };
    return { line, ...decode(bytes) };
  };
  for await (const chunk of source) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk);
    let start = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, start)) {
      keep(bytes.subarray(start, end));
      yield finish();
      start = end + 1;
    }
    keep(bytes.subarray(start));
  }
  if (size > 0) yield finish();
}

/** Made once: making one takes as long as a line. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Decodes UTF-8 strictly; a BOM is dropped wherever a decoder would drop it: at the start. */
export function decode(bytes: Uint8Array): { text: string | null; problem: string | null } {
  try {
    const text = UTF8.decode(bytes);
    return { text: text.endsWith('\r') ? text.slice(0, -1) : text, problem: null };
  } catch {
    return { text: null, problem: 'the line is not UTF-8 text' };
  }
}
