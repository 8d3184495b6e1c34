/**
 * GQA (lmms-eval 0.7.3 `tasks/gqa/gqa.yaml`, exact_match of `api/metrics.py` without regard to case and punctuation): the same
 * text in lower case without ASCII punctuation. White space counts, and so does punctuation of other scripts.
 */
import type { Scorer } from './case.ts';
import { PUNCTUATION, pointsOf } from './python.ts';

export const gqa: Scorer = ({ answer, truths }) =>
  truths.some((truth) => plain(truth) === plain(answer)) ? 1 : 0;

const MARKS: ReadonlySet<string> = new Set(PUNCTUATION);

/** NumPy holds the texts: NULs at the end are lost, and lower case that is longer (İ) is cut to the length there was. */
function plain(text: string): string {
  const lower = pointsOf(withoutEnd(text).toLowerCase()).slice(0, Math.max(1, pointsOf(text).length));
  return withoutEnd(lower.filter((char) => !MARKS.has(char)).join(''));
}

function withoutEnd(text: string): string {
  return text.replace(/\0+$/, '');
}
