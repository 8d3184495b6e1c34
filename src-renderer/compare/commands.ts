/** The page that compares, and what can be done with the sample that is looked at there. */
import { pageCommand, type Binding } from '../shell/keymap.ts';

export const PAGE = { id: 'compare', words: 'Compare', order: 37, needs: 'compare.run' } as const;

const on = PAGE.id;

export const COMMANDS = [
  pageCommand(PAGE.id, PAGE.words, PAGE.order, 'Alt+P', PAGE.needs),
  {
    command: 'compareRuns',
    needs: PAGE.needs,
    group: 'Compare',
    order: 5,
    words: 'Compare the shown run with another, in numbers',
    keys: [],
    on: 'anywhere',
  },
  {
    command: 'compareNext',
    group: 'Compare',
    order: 10,
    words: 'Next sample in the list',
    keys: ['→', 'D', 'J'],
    repeats: true,
    on,
  },
  {
    command: 'comparePrevious',
    group: 'Compare',
    order: 20,
    words: 'Previous sample in the list',
    keys: ['←', 'A', 'K'],
    repeats: true,
    on,
  },
  {
    command: 'compareOpen',
    group: 'Compare',
    order: 30,
    words: 'Open the sample in Review',
    keys: ['Enter'],
    on,
  },
  { command: 'compareTurn', group: 'Compare', order: 40, words: 'Swap A and B', keys: ['S'], on },
  {
    command: 'compareEnds',
    group: 'Compare',
    order: 50,
    words: 'Start from the other side’s best',
    keys: ['E'],
    on,
  },
  { command: 'compareFit', group: 'Compare', order: 60, words: 'Fit the picture', keys: ['F'], on },
  {
    command: 'compareZoomIn',
    group: 'Compare',
    order: 70,
    words: 'Zoom in',
    keys: ['+', '='],
    repeats: true,
    on,
  },
  {
    command: 'compareZoomOut',
    group: 'Compare',
    order: 80,
    words: 'Zoom out',
    keys: ['-'],
    repeats: true,
    on,
  },
  {
    command: 'compareKnown',
    group: 'Compare',
    order: 90,
    words: 'Show the truth in every pane',
    keys: ['T'],
    on,
  },
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Pages {
    compare: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
