/** The page that measures methods against each other. */
import { pageCommand, type Binding } from '../shell/keymap.ts';

export const PAGE = { id: 'evaluate', words: 'Evaluate', order: 37.5, needs: 'evaluations.list' } as const;

export const COMMANDS = [
  pageCommand(PAGE.id, PAGE.words, PAGE.order, 'Alt+A', PAGE.needs),
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Pages {
    evaluate: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
