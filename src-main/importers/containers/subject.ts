/** A file or folder that is to be imported, as containers look at it to tell whether it is theirs. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { guardedStat } from '../../files/plain-file.ts';
import type { Fields } from '../rows/types.ts';
import { fileFailure, readFile } from './bytes.ts';
import { type JsonMember, membersOf } from './json-members.ts';

/** Bytes that containers see without asking for more. */
const HEAD_BYTES = 1 << 16;
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);
const BOM = [0xef, 0xbb, 0xbf];

export interface Subject {
  /** Absolute or as given; its name says nothing about what it is. */
  readonly path: string;
  readonly kind: 'file' | 'folder';
  /** The first 64 KiB at most; empty for a folder. */
  readonly head: Uint8Array;
  /** The first byte behind a byte-order mark and white space; -1: there is none, or it is a folder. */
  readonly firstByte: number;
  /** Members of the one JSON object that the whole file is; null: it is something else. Looked for once, all through the file. */
  readonly members: () => Promise<readonly JsonMember[] | null>;
  /** Whether an object of these fields is a row of some form. */
  readonly isRow: (fields: Fields) => boolean;
}

/**
 * Looks at what lies at a path; of a file no more is read than white space and what follows it.
 * Throws FoveaError `not_found`, `io`, `bad_input` for what is neither file nor folder and for an empty file.
 */
export async function subjectOf(path: string, isRow: Subject['isRow']): Promise<Subject> {
  const info = await guardedStat(path).catch((error: unknown) => {
    throw fileFailure(path, error);
  });
  if (info.isDirectory()) {
    return {
      path,
      kind: 'folder',
      head: new Uint8Array(),
      firstByte: -1,
      members: () => Promise.resolve(null),
      isRow,
    };
  }
  let head: Uint8Array | null = null;
  let firstByte = -1;
  for await (const chunk of readFile(path)) {
    let at = head === null && BOM.every((byte, i) => chunk[i] === byte) ? BOM.length : 0;
    head ??= chunk.slice(0, HEAD_BYTES);
    while (at < chunk.length && SPACE.has(chunk[at]!)) at++;
    if (at === chunk.length) continue;
    firstByte = chunk[at]!;
    break;
  }
  if (head === null || firstByte < 0) {
    throw new FoveaError('bad_input', 'the questions file is empty', {
      where: path,
      next: 'Give a file of questions: JSONL, a JSON list, a table or Parquet',
    });
  }
  let members: Promise<readonly JsonMember[] | null> | null = null;
  return {
    path,
    kind: 'file',
    head,
    firstByte,
    members: () => (members ??= firstByte === 0x7b ? membersOf(readFile(path)) : Promise.resolve(null)),
    isRow,
  };
}
