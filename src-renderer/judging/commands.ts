/** Verdicts on answers by key. */
import type { Binding } from '../shell/keymap.ts';

export const COMMANDS = [
  {
    command: 'answerRight',
    group: 'Review',
    order: 200,
    words: 'The answer is right',
    keys: ['5'],
    needs: 'answers.judge',
  },
  {
    command: 'answerWrong',
    group: 'Review',
    order: 201,
    words: 'The answer is wrong',
    keys: ['6'],
    needs: 'answers.judge',
  },
  {
    command: 'cropAnswerRight',
    group: 'Review',
    order: 202,
    words: 'The answer with the crop is right',
    keys: ['Shift+Y'],
    needs: 'answers.judge',
  },
  {
    command: 'cropAnswerWrong',
    group: 'Review',
    order: 203,
    words: 'The answer with the crop is wrong',
    keys: ['Shift+W'],
    needs: 'answers.judge',
  },
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
