/** POPE as VLMEvalKit e8e78f0 counts it (`dataset/utils/yorn.py`): yes or no is one of the answer's words and the other is not. */
import type { Scorer } from '../case.ts';
import { popeAnswer } from '../pope.ts';
import { split } from '../python.ts';
import { withoutPunctuation } from './textvqa.ts';

export const pope: Scorer = ({ answer, truths }) => {
  const said = yesOrNo(answer);
  return truths.some((truth) => popeAnswer(truth) === said) ? 1 : 0;
};

/** Null: neither or both, which VLMEvalKit counts as wrong, and as no where it makes precision and recall of it. */
export function yesOrNo(answer: string): 'yes' | 'no' | null {
  const words = split(withoutPunctuation(answer.toLowerCase()));
  const [yes, no] = [words.includes('yes'), words.includes('no')];
  if (yes === no) return null;
  return yes ? 'yes' : 'no';
}
