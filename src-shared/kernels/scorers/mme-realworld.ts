/**
 * MME-RealWorld and its Lite part (lmms-eval 0.7.3 `tasks/mme_realworld/utils.py`): the first capital from A to E after phrases
 * such as `The answer is` are taken out, so `Because …` says B. An answer of a few characters without one may be part of
 * `(a)` … `(e)`: an empty answer says A.
 */
import type { Scorer } from './case.ts';
import { split, strip } from './python.ts';

export const mmeRealworld: Scorer = ({ answer, truths }) => {
  const said = mmeLetter(answer).toLowerCase();
  return truths.some((truth) => said.includes(truth.toLowerCase())) ? 1 : 0;
};

/** In the order that they are taken out. */
const PHRASES = [
  'The best answer is',
  'The correct answer is',
  'The answer is',
  'The answer',
  'The best option is',
  'The correct option is',
  'Best answer:',
  'Best option:',
];
const LETTERS = ['A', 'B', 'C', 'D', 'E'];
/** Longer answers without a letter say nothing. */
const MOST_WORDS = 10;

/** A to E; empty: none is found. */
export function mmeLetter(answer: string): string {
  const text = PHRASES.reduce((rest, phrase) => rest.replaceAll(phrase, ''), strip(answer));
  const letter = /[A-E]/.exec(text)?.[0];
  if (letter !== undefined) return letter;
  if (split(text).length > MOST_WORDS) return '';
  const part = text.toLowerCase();
  return LETTERS.find((one) => `(${one.toLowerCase()})`.includes(part)) ?? '';
}
