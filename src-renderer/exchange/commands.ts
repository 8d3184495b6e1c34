/** What comes in and goes out. */
import type { Binding } from '../shell/keymap.ts';

export const COMMANDS = [
  {
    command: 'import',
    needs: 'import.start',
    group: 'Anywhere',
    order: 60,
    words: 'Import pictures and questions',
    keys: ['Ctrl+I'],
    on: 'anywhere',
    menu: 'File',
  },
  {
    command: 'importLog',
    group: 'Anywhere',
    order: 62,
    words: 'Import another model’s answers',
    keys: [],
    on: 'anywhere',
    menu: 'File',
  },
  {
    command: 'importProject',
    group: 'Anywhere',
    order: 64,
    words: 'Import another project’s decisions',
    keys: [],
    on: 'anywhere',
    menu: 'File',
  },
  {
    command: 'importProposals',
    group: 'Anywhere',
    order: 65,
    words: 'Import proposed boxes',
    keys: [],
    on: 'anywhere',
    menu: 'File',
  },
  {
    command: 'export',
    needs: 'export.start',
    group: 'Anywhere',
    order: 70,
    words: 'Export labels',
    keys: ['Ctrl+E'],
    on: 'anywhere',
    menu: 'File',
  },
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Dialogs {
    import: true;
    importLog: true;
    importProject: true;
    importProposals: true;
    export: true;
    removeSamples: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
