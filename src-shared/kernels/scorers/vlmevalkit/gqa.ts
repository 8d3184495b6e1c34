/** GQA as VLMEvalKit e8e78f0 counts it (`dataset/utils/vqa_eval.py`, accuracy): the same text, stripped, case ignored. */
import type { Scorer } from '../case.ts';
import { strip } from '../python.ts';

export const gqa: Scorer = ({ answer, truths }) =>
  truths.some((truth) => plain(truth) === plain(answer)) ? 1 : 0;

function plain(text: string): string {
  return strip(text).toLowerCase();
}
