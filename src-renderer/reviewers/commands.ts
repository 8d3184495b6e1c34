/** The page about the people who share a project, and what can be done with the sample that is adjudicated there. */
import { pageCommand, type Binding } from '../shell/keymap.ts';

export const PAGE = { id: 'reviewers', words: 'People', order: 39 } as const;

const on = PAGE.id;
const needs = 'adjudication.list';

export const COMMANDS = [
  pageCommand(PAGE.id, PAGE.words, PAGE.order, 'Alt+V'),
  {
    command: 'invitePerson',
    needs: 'people.invite',
    group: 'Anywhere',
    order: 56,
    words: 'Invite somebody to this project…',
    keys: [],
    on: 'anywhere',
    menu: 'File',
  },
  {
    command: 'dealSamples',
    needs: 'deals.start',
    group: 'Anywhere',
    order: 57,
    words: 'Deal samples to reviewers…',
    keys: [],
    on: 'anywhere',
    menu: 'File',
  },
  {
    command: 'sideOne',
    needs,
    group: 'Adjudicate',
    order: 10,
    words: 'Use the first label',
    keys: ['1'],
    on,
  },
  {
    command: 'sideTwo',
    needs,
    group: 'Adjudicate',
    order: 20,
    words: 'Use the second label',
    keys: ['2'],
    on,
  },
  {
    command: 'sideThree',
    needs,
    group: 'Adjudicate',
    order: 30,
    words: 'Use the third label',
    keys: ['3'],
    on,
  },
  {
    command: 'sideFour',
    needs,
    group: 'Adjudicate',
    order: 40,
    words: 'Use the fourth label',
    keys: ['4'],
    on,
  },
  {
    command: 'correctDiffering',
    needs,
    group: 'Adjudicate',
    order: 50,
    words: 'Correct it in Review',
    keys: ['Enter'],
    on,
  },
  {
    command: 'nextDiffering',
    needs,
    group: 'Adjudicate',
    order: 60,
    words: 'Next sample that differs',
    keys: ['→', 'D', 'J'],
    repeats: true,
    on,
  },
  {
    command: 'previousDiffering',
    needs,
    group: 'Adjudicate',
    order: 70,
    words: 'Previous sample that differs',
    keys: ['←', 'A', 'K'],
    repeats: true,
    on,
  },
  {
    command: 'truthOfDiffering',
    needs,
    group: 'Adjudicate',
    order: 80,
    words: 'Show truth boxes in every pane',
    keys: ['T'],
    on,
  },
  {
    command: 'fitDiffering',
    needs,
    group: 'Adjudicate',
    order: 90,
    words: 'Fit the picture',
    keys: ['F'],
    on,
  },
  {
    command: 'zoomInDiffering',
    needs,
    group: 'Adjudicate',
    order: 100,
    words: 'Zoom in',
    keys: ['+', '='],
    repeats: true,
    on,
  },
  {
    command: 'zoomOutDiffering',
    needs,
    group: 'Adjudicate',
    order: 110,
    words: 'Zoom out',
    keys: ['-'],
    repeats: true,
    on,
  },
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Pages {
    reviewers: true;
  }
  interface Dialogs {
    invitePerson: true;
    removePerson: true;
    dealSamples: true;
    endRound: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
