/**
 * `exact`, for data of no benchmark: the answer is one of the truths, both with the white space around them removed and
 * without regard to case. Letters written in two ways (é as one character or two) are one; nothing else is forgiven.
 */
import type { Scorer } from './case.ts';

export const exact: Scorer = ({ answer, truths }) => {
  const said = folded(answer);
  return truths.some((truth) => folded(truth) === said) ? 1 : 0;
};

/** Case-folded: lower case does not fold the two letters that have no other one, ß and the final sigma. */
function folded(text: string): string {
  return text.normalize('NFC').trim().toLowerCase().replaceAll('ß', 'ss').replaceAll('ς', 'σ');
}
