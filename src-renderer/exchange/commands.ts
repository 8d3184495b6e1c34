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
    export: true;
    removeSamples: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
