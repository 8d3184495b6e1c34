/** Finding samples and the way through their list. */
import { LISTS, type Binding } from '../shell/keymap.ts';

export const COMMANDS = [
  { command: 'search', group: 'Find', order: 10, words: 'Search', keys: ['/'], on: LISTS },
  { command: 'filter', group: 'Find', order: 20, words: 'Filter', keys: ['Shift+F'], on: LISTS },
  {
    command: 'clearFilter',
    group: 'Find',
    order: 30,
    words: 'Show all samples',
    keys: ['Shift+C'],
    on: LISTS,
  },
  {
    command: 'saveFilter',
    needs: 'filters.save',
    group: 'Find',
    order: 40,
    words: 'Save this filter…',
    keys: ['Shift+S'],
    on: LISTS,
  },
  {
    command: 'back',
    group: 'Find',
    order: 100,
    words: 'Back to the list',
    keys: ['Shift+Backspace'],
    on: LISTS,
  },
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Dialogs {
    filterName: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
