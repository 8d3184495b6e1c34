/**
 * What an importer gives its caller. Importers read and check; they never write to a project. One item per question of
 * the input, in its order, so a caller can stop at the first problem or count them.
 */
import type { BoxForm, ColumnChoice, ObjectsWish, TURNS } from '../../../src-shared/contract/procedures.ts';
import type { Grid, SourceXyxy } from '../../../src-shared/kernels/types.ts';
import type { RowReason } from './reasons.ts';

/** `path` is relative to the images folder, `/` separated, never absolute, never with `..`. */
export interface FolderPicture {
  readonly in: 'folder';
  readonly path: string;
}

/** Where the picture of a row is. */
export type RowPicture =
  | FolderPicture
  /** In the file itself. `sha256` in hex; `bytes` null: those of an earlier row of the file that has the same. */
  | { readonly in: 'file'; readonly sha256: string; readonly bytes: Uint8Array | null };

/** Attention maps that came with a question, as its label makers saved them. */
export interface ImportedMaps {
  /** Cells of the square that the picture was centred on. */
  readonly grid: Grid;
  /** As the file has them: LLaVA's makers write them flat, Qwen's square. */
  readonly shape: 'flat' | 'square';
  /** Response to image, float16 bits `[H*W]` row by row; so are the others. */
  readonly grounding: Uint16Array;
  readonly sink: Uint16Array | null;
  readonly question: Uint16Array | null;
  /** The model's answer that they belong to. */
  readonly answer: string;
  readonly writer: 'sd-rpn' | 'q-zoom';
}

/** What a benchmark says of a question beyond one answer. */
export interface BenchmarkFacts {
  /** Whose rules count its answers: `textvqa`. Its record has the tag `benchmark:textvqa`. */
  readonly name: string;
  /** Every answer, in the order of the file, equal ones too; none: the file does not tell. */
  readonly answers: readonly string[];
  /** Of a choice, in the order of their letters, without them; they are part of the question, too. */
  readonly options: readonly string[];
}

/** One question about one picture. */
export interface ImportRecord<Picture = RowPicture> {
  readonly externalId: string;
  readonly picture: Picture;
  readonly question: string;
  /** The answer given with the data (the truth); never shown to the method. */
  readonly referenceAnswer: string | null;
  readonly language: string | null;
  readonly split: string | null;
  readonly tags: readonly string[];
  /** Corners, in the unit of the file: `boxesInPicture` makes pixels of them. */
  readonly truthBoxes: readonly SourceXyxy[];
  /** What the form says of its boxes, whatever a person says of others. */
  readonly boxForm?: BoxForm;
  /** [width, height] that the file says of the picture: boxes of another size would be wrong. */
  readonly pictureSize?: readonly [width: number, height: number];
  /** Of files that hold labels' maps; absent: it is a question alone. */
  readonly labelled?: ImportedMaps;
  /** Of rows of a benchmark; absent: of none. */
  readonly benchmark?: BenchmarkFacts;
}

/**
 * `line` is 1-based; in a JSON list, the line an element starts on; where there are no lines, the row. `row` counts rows from 0,
 * failed ones too: the `doc_id` that programs give to the rows of a data set.
 */
export type ImportItem<Picture = RowPicture> =
  | {
      readonly ok: true;
      readonly line: number;
      readonly row: number;
      /** The name of the row's form. */
      readonly form: string | null;
      readonly record: ImportRecord<Picture>;
      /** What was read otherwise than it is written, or left out. */
      readonly notes: readonly RowReason[];
    }
  | {
      readonly ok: false;
      readonly line: number;
      readonly row: number;
      readonly form: string | null;
      readonly problem: RowReason;
    };

/** What a file does not say of itself. */
export interface ReadingOptions {
  /** Of a conversation: a sample for each question, or for the first alone. */
  readonly turns: (typeof TURNS)[number];
  /** Null: not said. Taken for pixels, and refused where they cannot be. */
  readonly boxes: BoxForm | null;
  /** A second file or folder that belongs to it: annotations of VQA, scene graphs of GQA, the folder of V*Bench. */
  readonly annotations?: string | null;
  /** Which columns are which fields; null: as guessed from their names. */
  readonly columns: ColumnChoice | null;
  /** What is asked about each picture of a folder of pictures. */
  readonly question: string | null;
  /** What is asked about marked objects; absent: a question for each category of a picture. */
  readonly objects?: ObjectsWish | undefined;
}

export const PLAIN_READING: ReadingOptions = { turns: 'all', boxes: null, columns: null, question: null };

/** Of a row, by their names in the file. */
export type Fields = Readonly<Record<string, unknown>>;

/** One row of a file, and what a reader may need to know beside it. */
export interface Row {
  readonly fields: Fields;
  /** The id of a row that has none: the same whenever the file is read again under its name. */
  readonly madeId: string;
  readonly options: ReadingOptions;
}

/** A question of a row, or why it does not go in. */
export type RowItem =
  | { readonly ok: true; readonly record: ImportRecord; readonly notes: readonly RowReason[] }
  | { readonly ok: false; readonly problem: RowReason };

/** Throws `RowError` when nothing of the row goes in. */
export type RowReader = (row: Row) => readonly RowItem[];
