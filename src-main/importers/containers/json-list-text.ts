/** Elements of a JSON list as text, with what is wrong with the list said as an element of its own. */
import { type ElementReader, EntryScanner, JsonCut } from './json-entries.ts';
import { decode, type TextLine } from './lines.ts';

/** One element, or what is wrong. */
export interface ListElement {
  /** Its place among the file's lines, 1-based. */
  readonly line: number;
  /** Of its value, without white space around it; null: `problem` says why. */
  readonly bytes: Uint8Array | null;
  readonly problem: string | null;
}

/**
 * The elements with the line each starts on, those of a piece of the text at a time. One that is too long is a problem of its
 * own and is not held; a list that is cut off, or that something follows, ends with a problem of the line where that shows.
 * @param reader takes what it can of them; the others are given
 */
export async function* listElements(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
  firstLine = 1,
  reader: ElementReader | null = null,
): AsyncGenerator<Iterable<ListElement>> {
  const scanner = new EntryScanner(maxBytes, { line: firstLine, only: 'list' });
  const problem = (thrown: unknown): ListElement => {
    if (!(thrown instanceof JsonCut)) throw thrown;
    return { line: thrown.line, bytes: null, problem: thrown.message };
  };
  let over = false;
  const elements = function* (chunk: Uint8Array): Generator<ListElement> {
    try {
      for (const { line, bytes } of scanner.entries(chunk, reader))
        yield { line, bytes, problem: bytes ? null : `the element is longer than ${maxBytes} bytes` };
    } catch (thrown) {
      over = true;
      yield problem(thrown);
    }
  };
  for await (const chunk of source) {
    yield elements(chunk);
    if (scanner.follows > 0) {
      return yield [{ line: scanner.follows, bytes: null, problem: 'something follows the list' }];
    }
    if (over) return;
  }
  try {
    if (scanner.begun) scanner.end();
  } catch (thrown) {
    yield [problem(thrown)];
  }
}

/** The elements' text, one after the other; all else as {@link listElements}. */
export async function* readArray(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
  firstLine = 1,
): AsyncGenerator<TextLine> {
  for await (const elements of listElements(source, maxBytes, firstLine)) {
    for (const { line, bytes, problem } of elements) {
      if (bytes === null) yield { line, text: null, problem };
      else yield { line, ...decode(bytes) };
    }
  }
}
