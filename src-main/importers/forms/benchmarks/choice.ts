/** Choices as lmms-eval 0.7.3 writes them in its prompts, white space being what Python takes for it; the answer is a letter. */
import { SPACE, strip } from '../../../../src-shared/kernels/scorers/python.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/**
 * V*Bench (`lmms_eval/tasks/vstar_bench/utils.py`, vstar_doc_to_text, with the default post_prompt): options found in the
 * text are written `A. …`. The publisher's texts end with the very words of the post_prompt, which then stand there twice: in
 * the last option's text, too. What is asked is what lmms-eval asks.
 */
export function vstarQuestion(text: string): {
  readonly question: string;
  readonly options: readonly string[];
} {
  const found = [...text.matchAll(OPTION)].map(([, option]) => strip(option!));
  const options = found.slice(0, 4);
  const stem = strip(text.split('(A)')[0]!);
  const asked = options.length === 0 ? text : `${stem}\n${lettered(options).join('\n')}`;
  return { question: `${asked}\n${BY_LETTER}`, options: options.map((option) => withoutEnd(option)) };
}

const OPTION = new RegExp(`\\([A-D]\\)[${SPACE}]*([^()]+?)(?=[${SPACE}]*\\([A-D]\\)|$)`, 'g');

const BY_LETTER = "Answer with the option's letter from the given choices directly.";

/** An option without the instruction that the publisher's text ends with. */
function withoutEnd(option: string): string {
  return option.endsWith(BY_LETTER) ? option.slice(0, -BY_LETTER.length).trim() : option;
}

/** HR-Bench (`lmms_eval/tasks/hrbench/utils.py`, hrbench_doc_to_text). */
export function hrbenchQuestion(question: string, options: readonly string[]): string {
  const lines = lettered(options).map((line) => `${line}\n`);
  return `${strip(question)}\n${lines.join('')}Answer the option letter directly.`;
}

/** MME-RealWorld (`lmms_eval/tasks/mme_realworld/utils.py`, mme_realworld_doc_to_text); `options` with their letters, `(A) …`. */
export function mmeQuestion(question: string, options: readonly string[]): string {
  return (
    `${question} The choices are listed below:\n${options.join('\n')}\n` +
    'Select the best answer to the above multiple-choice question based on the image. ' +
    'Respond with only the letter (A, B, C, D, or E) of the correct option.\nThe best answer is: '
  );
}

function lettered(options: readonly string[]): string[] {
  return options.map((option, i) => `${LETTERS[i]}. ${option}`);
}
