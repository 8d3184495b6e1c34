/**
 * Whether a person can stand behind a label: the one place that says why not. The store asks it before a decision is
 * written, the page before it is made, so that both refuse the same and in the same words.
 */
import { BG, FG } from '../kernels/types.ts';

/** What of a sample bears on standing behind its label. */
export interface AcceptFacts {
  /** The label that would be accepted or handed in as the correction, `[H*W]`: int8 values, or their bytes. */
  readonly label: Int8Array | Uint8Array;
}

/** Why a label cannot be accepted, and what to do instead. */
export interface AcceptRefusal {
  readonly reason: 'label_carries_nothing';
  /** What is wrong, to follow the words "cannot be accepted: ". */
  readonly message: string;
  readonly next: string;
}

/**
 * Null: nothing speaks against accepting, or handing in as a correction. A label without foreground carries something as
 * long as a cell is background: it teaches where not to look. One whose cells are all ignore teaches nothing.
 */
export function whyNotAcceptable({ label }: AcceptFacts): AcceptRefusal | null {
  if (!carriesSomething(label)) {
    return {
      reason: 'label_carries_nothing',
      message: 'every cell of the label is ignore, so it carries nothing to train on',
      next: 'Correct it (paint foreground or background), or reject the sample',
    };
  }
  return null;
}

/** Whether any cell is foreground or background. */
export function carriesSomething(label: Int8Array | Uint8Array): boolean {
  for (const value of label) if (value === FG || value === BG) return true;
  return false;
}
