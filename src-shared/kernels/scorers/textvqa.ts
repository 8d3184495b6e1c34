/**
 * TextVQA (lmms-eval 0.7.3 `tasks/textvqa/utils.py` and `tasks/_task_utils/vqa_eval_metric.py`): answer and truths are written
 * in one way, then each truth in turn is left out and the others that equal the answer are counted, three being enough.
 */
import type { Scorer } from './case.ts';
import { PUNCTUATION_OF_VQA, agreement, withoutArticles } from './vqa.ts';
import { strip } from './python.ts';

export const textvqa: Scorer = ({ answer, truths }) => agreement(normalised(answer), truths.map(normalised));

/** Points that no digit follows go, the first 32 of them: a flag stands where their number is meant. */
const POINT = /\.(?!\p{Nd})/gu;
const MOST_POINTS = 32;

export function normalised(text: string): string {
  const words = strip(text.toLowerCase().replace(/[,?]/g, '').replaceAll("'s", " 's"));
  const line = strip(words.replace(/[\n\t]/g, ' '));
  return withoutArticles(withoutPoints(withoutPunctuation(line)));
}

/** Commas are gone by now, so what a number with commas would change does not happen here. */
function withoutPunctuation(line: string): string {
  let out = line;
  for (const mark of PUNCTUATION_OF_VQA) {
    const touches = line.includes(`${mark} `) || line.includes(` ${mark}`);
    out = out.replaceAll(mark, touches ? '' : ' ');
  }
  return out;
}

function withoutPoints(text: string): string {
  let seen = 0;
  return text.replace(POINT, (point) => (seen++ < MOST_POINTS ? '' : point));
}
