/**
 * What a container is: how rows come out of a file or a folder, whatever the rows are about. One file per container, one
 * line in `registry.ts`.
 */
import type { Fields, ReadingOptions } from '../rows/types.ts';
import type { RowReason } from '../rows/reasons.ts';
import type { Subject } from './subject.ts';

/** One row, or what is wrong with it. `line` is its place, 1-based: of the line it starts on, or its number where there are no lines. */
export type ContainerRow =
  | {
      readonly line: number;
      readonly fields: Fields;
      /** For a row that has no id; absent: made of the file's name and the row's number. */
      readonly madeId?: string;
    }
  | { readonly line: number; readonly problem: RowReason };

/** A file or folder of a known kind, opened. */
export interface OpenContainer {
  /** What was found in it beyond its kind, in words (`3 files, zstd`); null: nothing to say. */
  readonly detail: string | null;
  /** Names of the columns where all rows have the same ones; null: each row has its own. */
  readonly columns: readonly string[] | null;
  /** Of the columns, those that the file says hold pictures. */
  readonly pictureColumns?: readonly string[];
  /** How many places there are, to say how far an import is: what the `line` of the last row comes to. */
  readonly count: () => Promise<number>;
  /** In their order; never more than a few in memory. Blank ones are left out. */
  readonly rows: () => AsyncIterable<ContainerRow>;
}

export interface Container {
  /** One word, for tests and machines. */
  readonly name: string;
  /** For people: `JSON, one object a line`. */
  readonly words: string;
  /** What `line` of its rows counts. */
  readonly unit: 'line' | 'row';
  /**
   * Whether the subject is of this kind, by what it holds and never by its name. The first of the registry that says so
   * reads it. Throws FoveaError `bad_input` where it is of this kind and in a way that is not read, by name.
   */
  readonly fits: (subject: Subject) => boolean | Promise<boolean>;
  /** Throws FoveaError `bad_input` for what is damaged as a whole. */
  readonly open: (subject: Subject, options: ReadingOptions) => Promise<OpenContainer>;
}
