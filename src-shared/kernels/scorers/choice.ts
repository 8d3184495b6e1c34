/**
 * Which option of a choice an answer means, as HR-Bench's harness and VLMEvalKit tell it without asking a judge: a word that
 * is one option's letter, else the one option whose text stands in the answer.
 */
import { split } from './python.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** Models that would not answer. */
const REFUSALS = [
  "Sorry, I can't help with images of people yet.",
  "I can't process this file.",
  "I'm sorry, but without the image provided",
  'Cannot determine the answer',
];
const FAILED = 'Failed to obtain answer via API';

/** Options by their letters, empty ones too. */
export type Choices = ReadonlyMap<string, string>;

export function choicesOf(options: readonly string[]): Choices {
  return new Map(options.map((option, i) => [LETTERS[i]!, option]));
}

/** The words of an answer without its punctuation. */
export function wordsOf(answer: string): string[] {
  return split(answer.replace(/[.()[\],:;!*#{}]/g, ' '));
}

/** Z: it says that it is none of them. Null: nothing of the kind. */
export function refused(answer: string): 'Z' | 'failed' | null {
  if (answer.includes(FAILED)) return 'failed';
  return REFUSALS.some((refusal) => answer.includes(refusal)) ? 'Z' : null;
}

/** The one option whose letter is among the words; Z where none is but a Z; null otherwise. */
export function letterIn(words: readonly string[], choices: Choices): string | null {
  const letters = [...choices.keys()].filter((letter) => words.includes(letter));
  if (letters.length === 1) return letters[0]!;
  return letters.length === 0 && words.includes('Z') ? 'Z' : null;
}

/** The one option whose text stands in the answer, case ignored; null: none does, or several do. */
export function textIn(answer: string, choices: Choices): string | null {
  const said = answer.toLowerCase();
  const found = [...choices].filter(([, option]) => said.includes(option.toLowerCase()));
  return found.length === 1 ? found[0]![0] : null;
}
