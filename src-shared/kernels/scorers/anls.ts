/**
 * DocVQA and InfographicVQA (lmms-eval 0.7.3 `api/metrics.py`, anls; VLMEvalKit's is the same): 1 − edits ÷ length for the
 * nearest truth, and 0 below one half. Edits are of texts in lower case with single spaces; the length is the longer one's
 * as it was given, in upper case, so spaces around an answer make it righter.
 */
import type { Scorer } from './case.ts';
import { pointsOf, split } from './python.ts';

const LEAST = 0.5;

export const anls: Scorer = ({ answer, truths }) => {
  const said = pointsOf(collapsed(answer));
  const saidLength = lengthOf(answer);
  const distances = truths.map((truth) => {
    const length = Math.max(lengthOf(truth), saidLength);
    return length === 0 ? 0 : edits(pointsOf(collapsed(truth)), said) / length;
  });
  const result = 1 - Math.min(...distances);
  return result < LEAST ? 0 : result;
};

function collapsed(text: string): string {
  return split(text.toLowerCase()).join(' ');
}

function lengthOf(text: string): number {
  return pointsOf(text.toUpperCase()).length;
}

/** Levenshtein's distance: insertions, deletions and replacements of one character. */
function edits(a: readonly string[], b: readonly string[]): number {
  let row = Uint32Array.from({ length: a.length + 1 }, (_, i) => i);
  b.forEach((char, j) => {
    const next = new Uint32Array(a.length + 1);
    next[0] = j + 1;
    for (let i = 0; i < a.length; i++) {
      next[i + 1] = a[i] === char ? row[i]! : 1 + Math.min(row[i]!, row[i + 1]!, next[i]!);
    }
    row = next;
  });
  return row[a.length]!;
}
