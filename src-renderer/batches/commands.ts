/** Deciding many samples at once. */
import type { Binding } from '../shell/keymap.ts';

export const COMMANDS = [
  {
    command: 'acceptMany',
    needs: 'batches.start',
    group: 'Gallery',
    order: 30,
    words: 'Accept the selected samples…',
    keys: ['A'],
    on: 'gallery',
  },
  {
    command: 'rejectMany',
    needs: 'batches.start',
    group: 'Gallery',
    order: 40,
    words: 'Reject the selected samples…',
    keys: ['X'],
    on: 'gallery',
  },
  {
    command: 'undoBatch',
    needs: 'batches.undo',
    group: 'Gallery',
    order: 50,
    words: 'Undo the last batch',
    keys: ['Ctrl+Z'],
    on: 'gallery',
  },
  {
    command: 'batches',
    needs: 'batches.list',
    group: 'Gallery',
    order: 60,
    words: 'Batches',
    keys: ['Shift+B'],
    on: 'gallery',
  },
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Dialogs {
    batch: true;
    batches: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
