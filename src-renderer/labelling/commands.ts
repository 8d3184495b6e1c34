/** Labelling asks in a dialog; a run is named and removed from anywhere. */
import type { Binding } from '../shell/keymap.ts';

export const COMMANDS = [
  {
    command: 'renameRun',
    needs: 'runs.rename',
    group: 'Anywhere',
    order: 64,
    words: 'Rename the shown run…',
    keys: [],
    on: 'anywhere',
    menu: 'Edit',
  },
  {
    command: 'removeRun',
    needs: 'runs.remove',
    group: 'Anywhere',
    order: 66,
    words: 'Remove the shown run…',
    keys: [],
    on: 'anywhere',
    menu: 'Edit',
  },
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Dialogs {
    label: true;
    runName: true;
    runRemoval: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
