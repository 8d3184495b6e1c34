/**
 * HR-Bench (lmms-eval 0.7.3 `tasks/hrbench/utils.py` and `hrbench_evals.py`): the one option whose letter is a word of the
 * answer, else the one whose text stands in it. Of any other answer lmms-eval asks a language model, which Fovea does not:
 * such answers are wrong here, and `hrbenchLetter` tells them apart.
 */
import type { Scorer } from './case.ts';
import { choicesOf, letterIn, refused, textIn, wordsOf } from './choice.ts';
import { strip } from './python.ts';

export const hrbench: Scorer = ({ answer, truths, options }) => {
  const said = hrbenchLetter(answer, options)?.toLowerCase();
  return truths.some((truth) => truth.toLowerCase() === said) ? 1 : 0;
};

/** Z: the answer is none of the options. Null: lmms-eval would ask a language model. */
export function hrbenchLetter(answer: string, options: readonly string[]): string | null {
  const said = strip(answer);
  const choices = choicesOf(options);
  const refusal = refused(said);
  if (refusal === 'Z') return 'Z';
  return (refusal === null ? letterIn(wordsOf(said), choices) : null) ?? textIn(said, choices);
}
