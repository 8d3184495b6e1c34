/**
 * MME-RealWorld as VLMEvalKit e8e78f0 counts it (`dataset/image_mcq.py`): lmms-eval's letter, of what stands between
 * `<answer>` and `</answer>` in capitals where the answer has that.
 */
import type { Scorer } from '../case.ts';
import { mmeLetter } from '../mme-realworld.ts';
import { strip } from '../python.ts';

export const mmeRealworld: Scorer = ({ answer, truths }) => {
  const tagged = /<answer>(.*?)<\/answer>/s.exec(answer)?.[1];
  const said = mmeLetter(tagged === undefined ? answer : strip(tagged).toUpperCase());
  return said !== '' && truths.includes(said) ? 1 : 0;
};
