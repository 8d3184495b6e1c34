/** The dialog for a picture that is in no project. */
import type { Binding } from '../shell/keymap.ts';

export const COMMANDS = [
  {
    command: 'own-picture',
    needs: 'ownPicture.ask',
    group: 'Anywhere',
    order: 65,
    words: 'Ask about a picture of your own',
    keys: [],
    on: 'anywhere',
    menu: 'File',
  },
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Dialogs {
    ownPicture: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
