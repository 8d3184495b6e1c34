/**
 * The members of a file that is one JSON object, without holding it: data sets put their lists under a key (`data`,
 * `questions`, `annotations`), and which keys there are says what such a file is.
 */
import { EntryScanner, JsonCut, type JsonKind } from './json-entries.ts';

/** One member of the outermost object. */
export interface JsonMember {
  readonly key: string;
  readonly kind: JsonKind;
  /** Bytes of the value in the file: the first one, and the one behind the last. */
  readonly from: number;
  readonly to: number;
  /** The line that the value starts on, 1-based. */
  readonly line: number;
}

/** More are an object that maps ids to rows, not one of lists. */
const MOST_MEMBERS = 10_000;

/**
 * Reads to the end of the object, and no further than the next byte behind it.
 * @returns null where something follows the object (lines), it is cut off, has too many members, or is none
 */
export async function membersOf(source: AsyncIterable<Uint8Array>): Promise<readonly JsonMember[] | null> {
  const members: JsonMember[] = [];
  const scanner = new EntryScanner(0);
  try {
    for await (const chunk of source) {
      for (const { key, kind, from, to, line } of scanner.entries(chunk)) {
        if (key === null) return null;
        members.push({ key, kind, from, to, line });
        if (members.length > MOST_MEMBERS) return null;
      }
      if (scanner.follows > 0) return null;
    }
    scanner.end();
    return members;
  } catch (thrown) {
    if (!(thrown instanceof JsonCut)) throw thrown;
    return null;
  }
}
