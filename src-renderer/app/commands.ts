/** What stands above every page. */
import { pageCommand, type Binding } from '../shell/keymap.ts';

export const PAGE = { id: 'review', words: 'Review', order: 10 } as const;

export const COMMANDS = [
  pageCommand(PAGE.id, PAGE.words, PAGE.order, 'Alt+R'),
  {
    command: 'projects',
    needs: 'project.open',
    group: 'Anywhere',
    order: 50,
    words: 'Open another project…',
    keys: ['Alt+O'],
    on: 'anywhere',
    menu: 'File',
  },
  {
    command: 'reviewer',
    group: 'Anywhere',
    order: 55,
    words: 'Change your name…',
    keys: [],
    on: 'anywhere',
    menu: 'File',
  },
  {
    command: 'queuePanel',
    group: 'View',
    order: 170,
    words: 'Show or hide the queue',
    keys: ['Shift+Q'],
  },
  {
    command: 'dockPanel',
    group: 'View',
    order: 180,
    words: 'Show or hide the tabs below',
    keys: ['Shift+P'],
  },
  {
    command: 'panesAlone',
    group: 'View',
    order: 190,
    words: 'Panes fill the window, or no longer (Esc)',
    keys: ['Shift+Z'],
  },
  {
    command: 'palette',
    group: 'Anywhere',
    order: 80,
    words: 'Find a command',
    keys: ['Ctrl+K'],
    on: 'anywhere',
  },
  { command: 'help', group: 'Anywhere', order: 90, words: 'Show all keys', keys: ['?'], on: 'anywhere' },
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Pages {
    review: true;
  }
  interface Dialogs {
    projects: true;
    reviewer: true;
    palette: true;
    help: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
