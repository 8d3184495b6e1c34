/** What can be asked and noted about a sample. */
import { LISTS, tabCommand, type Binding } from '../shell/keymap.ts';

export const TAB = { id: 'sample', words: 'Sample', order: 170 } as const;

export const COMMANDS = [
  {
    command: 'answerAgain',
    group: 'Edit',
    order: 180,
    words: 'Ask again with this crop, or with your label’s region',
    keys: ['Shift+L'],
  },
  tabCommand(TAB.id, TAB.words, TAB.order, 'Alt+S'),
  { command: 'sampleNote', group: 'Find', order: 50, words: 'Note on the sample', keys: ['N'], on: LISTS },
  {
    command: 'moreLike',
    group: 'Find',
    order: 90,
    words: 'More like this sample',
    keys: ['Shift+M'],
    on: LISTS,
  },
  {
    command: 'similarPictures',
    group: 'Find',
    order: 91,
    words: 'Similar pictures',
    keys: ['Shift+U'],
    on: LISTS,
  },
  {
    command: 'copyLink',
    group: 'Find',
    order: 95,
    words: 'Copy a link to this sample',
    keys: [],
    on: LISTS,
    menu: 'Edit',
  },
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface DockTabs {
    sample: true;
  }
  interface Dialogs {
    note: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
