/** The tour. */
import type { Binding } from '../shell/keymap.ts';

export const COMMANDS = [
  { command: 'tour', group: 'Anywhere', order: 100, words: 'Take the tour', keys: [], on: 'anywhere' },
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
