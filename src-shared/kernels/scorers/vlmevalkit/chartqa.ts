/** ChartQA as VLMEvalKit e8e78f0 counts it (`dataset/utils/vqa_eval.py`): lmms-eval's rule on an answer without the white space around it. */
import type { Scorer } from '../case.ts';
import { relaxedEqual } from '../chartqa.ts';
import { strip } from '../python.ts';

export const chartqa: Scorer = ({ answer, truths }) =>
  truths.some((truth) => relaxedEqual(strip(answer), truth)) ? 1 : 0;
