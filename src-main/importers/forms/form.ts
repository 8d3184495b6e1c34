/** What a form is: what a row says, whatever file it came out of. One file per form, one line in `registry.ts`. */
import type { Fields, RowReader } from '../rows/types.ts';

export interface Form {
  /** One word, for tests and machines. */
  readonly name: string;
  /** For people: `a conversation (LLaVA, Qwen)`. */
  readonly words: string;
  /**
   * Whether a row is of this form, by the fields that it has; the first of the registry that says so reads it. Values may
   * be null where only the fields are known.
   */
  readonly fits: (fields: Fields) => boolean;
  /** Begins the reading of one file: a form may remember what earlier rows of it said. */
  readonly begin: () => RowReader;
}
