/** What a scorer is asked about one answer. */
export interface ScoreCase {
  /** As the model wrote it, special tokens left out and nothing else. */
  readonly answer: string;
  /** Every right answer that the data set has, in its order, equal ones too; of a choice: the letter. At least one. */
  readonly truths: readonly string[];
  /** Of a choice, in the order of their letters, without them; else empty. */
  readonly options: readonly string[];
  readonly question: string;
  /** What the data set files the question under, where its rule differs by that (OCRBench); else null. */
  readonly category: string | null;
}

/** Counts one answer. @returns 0 (wrong) … 1 (right); pure */
export type Scorer = (c: ScoreCase) => number;
