/** Flags by key. */
import { LISTS, type Binding } from '../shell/keymap.ts';

export const COMMANDS = [
  { command: 'flagLookAgain', group: 'Find', order: 60, words: 'Flag: look again', keys: ['7'], on: LISTS },
  { command: 'flagExample', group: 'Find', order: 70, words: 'Flag: good example', keys: ['8'], on: LISTS },
  { command: 'flagBadData', group: 'Find', order: 80, words: 'Flag: bad data', keys: ['9'], on: LISTS },
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
