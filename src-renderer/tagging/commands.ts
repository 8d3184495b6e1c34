/** Tags by key. */
import { LISTS, type Binding } from '../shell/keymap.ts';

export const COMMANDS = [
  { command: 'tags', group: 'Find', order: 82, words: 'Tags…', keys: ['Shift+T'], on: LISTS },
  { command: 'tagAgain', group: 'Find', order: 84, words: 'Tag as last time', keys: ['4'], on: LISTS },
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Dialogs {
    tags: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
