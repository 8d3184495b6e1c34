/**
 * V*Bench (lmms-eval 0.7.3 `tasks/vstar_bench/utils.py`): a letter is looked for in the answer by patterns, the first one that
 * fits counts. The first takes any answer that starts with A, B, C or D, so `Black` says B and `Based on …, it is (C)` too.
 */
import type { Scorer } from './case.ts';
import { SPACE, strip } from './python.ts';

export const vstar: Scorer = ({ answer, truths }) => {
  const said = vstarLetter(answer);
  return truths.some((truth) => said === strip(truth).toUpperCase()) ? 1 : 0;
};

const PATTERNS = [
  '^([A-D])',
  `(?:ANSWER|CHOICE|OPTION)(?:[${SPACE}]+IS)?[${SPACE}:]+([A-D])`,
  '\\(([A-D])\\)',
  `([A-D])[${SPACE}]*[.)\\]]`,
  `(?:^|[${SPACE}])([A-D])(?:[${SPACE}]|$)`,
].map((pattern) => new RegExp(pattern));

/** A to D; null: none is found. */
export function vstarLetter(answer: string): string | null {
  // A dotted capital I is an I to Python's patterns, which do not regard case.
  const text = strip(answer).toUpperCase().replaceAll('İ', 'I');
  for (const pattern of PATTERNS) {
    const letter = pattern.exec(text)?.[1];
    if (letter !== undefined) return letter;
  }
  const letters = text.match(/[A-D]/g) ?? [];
  return letters.length === 1 ? letters[0]! : null;
}
