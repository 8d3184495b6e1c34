/** What can be decided on the sample on screen, and the way back. */
import type { Binding } from '../shell/keymap.ts';

export const COMMANDS = [
  { command: 'accept', group: 'Review', order: 10, words: 'Accept and next', keys: ['Enter'] },
  { command: 'reject', group: 'Review', order: 20, words: 'Reject and next', keys: ['X'] },
  { command: 'next', group: 'Review', order: 30, words: 'Next sample', keys: ['→', 'D', 'J'], repeats: true },
  {
    command: 'previous',
    group: 'Review',
    order: 40,
    words: 'Previous sample',
    keys: ['←', 'A', 'K'],
    repeats: true,
  },
  {
    command: 'nextUndecided',
    group: 'Review',
    order: 50,
    words: 'Next undecided sample',
    keys: ['Shift+J'],
    repeats: true,
  },
  {
    command: 'previousUndecided',
    group: 'Review',
    order: 60,
    words: 'Previous undecided sample',
    keys: ['Shift+K'],
    repeats: true,
  },
  { command: 'first', group: 'Review', order: 70, words: 'First sample', keys: ['Home'] },
  { command: 'last', group: 'Review', order: 80, words: 'Last sample', keys: ['End'] },
  { command: 'note', group: 'Edit', order: 170, words: 'Note on this decision', keys: ['M'] },
  { command: 'undo', group: 'Edit', order: 190, words: 'Undo', keys: ['Ctrl+Z'], repeats: true },
  {
    command: 'redo',
    group: 'Edit',
    order: 200,
    words: 'Redo',
    keys: ['Ctrl+Shift+Z', 'Ctrl+Y'],
    repeats: true,
  },
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
