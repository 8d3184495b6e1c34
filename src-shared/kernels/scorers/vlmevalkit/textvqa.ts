/**
 * TextVQA as VLMEvalKit e8e78f0 counts it (`dataset/utils/vqa_eval.py`, `smp/misc.py`): the same agreement with the truths, of
 * texts that are written otherwise. `It's` stays one word, `5.` keeps its point, and a comma between digits takes every mark
 * out without a space: `1,000/2` is `10002`.
 */
import type { Scorer } from '../case.ts';
import { strip } from '../python.ts';
import { PUNCTUATION_OF_VQA, agreement, withoutArticles } from '../vqa.ts';

export const textvqa: Scorer = ({ answer, truths }) => agreement(normalised(answer), truths.map(normalised));

const BETWEEN_DIGITS = /\p{Nd},\p{Nd}/u;
/** No digit before it and none after it; the first 32 of them. */
const POINT = /(?<!\p{Nd})\.(?!\p{Nd})/gu;
const MOST_POINTS = 32;

export function normalised(text: string): string {
  return withoutArticles(withoutPunctuation(strip(text.replace(/[\n\t]/g, ' '))));
}

/** Marks that touch a space go, others become one. */
export function withoutPunctuation(line: string): string {
  const everything = BETWEEN_DIGITS.test(line);
  let out = line;
  for (const mark of PUNCTUATION_OF_VQA) {
    const goes = everything || line.includes(`${mark} `) || line.includes(` ${mark}`);
    out = out.replaceAll(mark, goes ? '' : ' ');
  }
  let seen = 0;
  return out.replace(POINT, (point) => (seen++ < MOST_POINTS ? '' : point));
}
