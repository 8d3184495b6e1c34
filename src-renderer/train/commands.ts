/** The page that trains. */
import { pageCommand, type Binding } from '../shell/keymap.ts';

export const PAGE = { id: 'training', words: 'Train', order: 35, needs: 'training.plan' } as const;

export const COMMANDS = [
  pageCommand(PAGE.id, PAGE.words, PAGE.order, 'Alt+L', PAGE.needs),
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Pages {
    training: true;
  }
  interface Dialogs {
    discardTraining: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
