/** POPE (lmms-eval 0.7.3 `tasks/pope/utils.py`): the answer is yes or no and nothing else; `Yes.` is wrong. */
import type { Scorer } from './case.ts';
import { strip } from './python.ts';

export const pope: Scorer = ({ answer, truths }) =>
  truths.some((truth) => popeAnswer(truth) === popeAnswer(answer)) ? 1 : 0;

/** As the harness compares it, and counts what was said. */
export function popeAnswer(text: string): string {
  return strip(text.toLowerCase());
}
