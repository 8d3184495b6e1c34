/** OCRBench as VLMEvalKit e8e78f0 counts it (`dataset/image_vqa.py`): lmms-eval's rule without full-width characters as ASCII. */
import type { Scorer } from '../case.ts';
import { asFormula, asWords, isFormula } from '../ocrbench.ts';

export const ocrbench: Scorer = ({ answer, truths, category }) => {
  const written = isFormula(category) ? asFormula : asWords;
  const said = written(answer);
  return truths.some((truth) => said.includes(written(truth))) ? 1 : 0;
};
