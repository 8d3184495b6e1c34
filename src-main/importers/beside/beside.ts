/**
 * What a second file or folder is that belongs to a file of questions: its facts are joined to each row before a form reads
 * it. One file per kind, one line in `registry.ts`; told by content.
 */
import type { RowReason } from '../rows/reasons.ts';
import type { Fields } from '../rows/types.ts';

/** A row with what the second file says of it. */
export interface Joined {
  readonly fields: Fields;
  readonly notes: readonly RowReason[];
}

/** An opened second file. */
export interface OpenBeside {
  /** Throws `RowError` for what is wrong with the row's part of it, FoveaError `io`. */
  readonly join: (fields: Fields) => Promise<Joined>;
}

export interface Beside {
  /** For people: `annotations of VQA`. */
  readonly words: string;
  /** Opens what lies at a path, or says that it is none of this kind. Throws FoveaError `io`, `bad_input`. */
  readonly open: (path: string) => Promise<OpenBeside | null>;
}
