/**
 * V*Bench and HR-Bench as VLMEvalKit e8e78f0 counts them without a judge (`utils/matching_util.py`,
 * `dataset/utils/multiple_choice.py`): the option whose letter is among the answer's last words, else the one after `answer is`,
 * else the one whose text stands in an answer that is not long. Any other answer is wrong, as it is there under its policy
 * `exact_matching`; with a judge it asks, and draws a letter by chance where that fails.
 */
import type { Scorer } from '../case.ts';
import { type Choices, choicesOf, letterIn, refused, textIn, wordsOf } from '../choice.ts';
import { SPACE, pointsOf } from '../python.ts';

export const choice: Scorer = ({ answer, truths, options }) => {
  const said = choiceLetter(answer, options);
  return truths.some((truth) => truth === said) ? 1 : 0;
};

/** A letter counts where it is first among so many words at the end. */
const LAST_WORDS = 4;
/** An answer may be so many times as long as all options together. */
const LONGEST = 2;
/** Python's patterns take ſ for s and both Turkish letters for i where they do not regard case. */
const VERBOSE = new RegExp(`an[sſ]wer[${SPACE}]+[iıİ][sſ][${SPACE}]+\\**([A-D])`, 'i');

/** Z: none of the options. Null: VLMEvalKit would ask a judge, if it has one. */
export function choiceLetter(answer: string, options: readonly string[]): string | null {
  const choices = choicesOf(options);
  const refusal = refused(answer);
  if (refusal === 'Z') return 'Z';
  return (refusal === null ? byLetter(answer, choices) : null) ?? byText(answer, choices);
}

function byLetter(answer: string, choices: Choices): string | null {
  const words = wordsOf(answer);
  const letter = letterIn(words, choices);
  if (letter !== null && (letter === 'Z' || words.indexOf(letter) > words.length - LAST_WORDS - 1))
    return letter;
  const verbose = VERBOSE.exec(answer)?.[1]?.toUpperCase();
  return verbose !== undefined && choices.has(verbose) ? verbose : null;
}

function byText(answer: string, choices: Choices): string | null {
  const all = [...choices.values()].reduce((sum, option) => sum + pointsOf(option).length, 0);
  return pointsOf(answer.toLowerCase()).length > LONGEST * all ? null : textIn(answer, choices);
}
