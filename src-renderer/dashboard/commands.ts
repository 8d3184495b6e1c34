/** The page of numbers. */
import { pageCommand, type Binding } from '../shell/keymap.ts';

export const PAGE = { id: 'dashboard', words: 'Dashboard', order: 30 } as const;

export const COMMANDS = [
  pageCommand(PAGE.id, PAGE.words, PAGE.order, 'Alt+D'),
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Pages {
    dashboard: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
