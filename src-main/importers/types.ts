/**
 * What an importer gives its caller. Importers read and check; they never write to a project. One item per line (or
 * array element) of the input, in its order, so a caller can stop at the first problem or count them.
 */
import type { SourceXyxy } from '../../src-shared/kernels/types.ts';
import type { RowReason } from './reasons.ts';

/** One question about one picture. */
export interface ImportRecord {
  readonly externalId: string;
  /** As written in the file: relative to the images folder, `/` separated, never absolute, never with `..`. */
  readonly imagePath: string;
  readonly question: string;
  /** The answer given with the data (the truth); never shown to the method. */
  readonly referenceAnswer: string | null;
  readonly language: string | null;
  readonly split: string | null;
  readonly tags: readonly string[];
  readonly truthBoxes: readonly SourceXyxy[];
}

export type ImportItem =
  | { readonly ok: true; readonly line: number; readonly record: ImportRecord }
  | { readonly ok: false; readonly line: number; readonly problem: RowReason };

export type ImportFormat = 'question-jsonl' | 'llava-json' | 'qzoom-jsonl';

/** One file per format. `read` streams; `line` is 1-based, for JSON arrays the line an element starts on. */
export interface Importer {
  readonly format: ImportFormat;
  /** Throws `FoveaError` (`not_found`, `io`) when the file cannot be read. */
  read(file: string): AsyncIterable<ImportItem>;
}
