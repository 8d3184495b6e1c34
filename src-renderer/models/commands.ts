/** The page of models. */
import { pageCommand, type Binding } from '../shell/keymap.ts';

export const PAGE = { id: 'models', words: 'Models', order: 40, needs: 'models.list' } as const;

export const COMMANDS = [
  pageCommand(PAGE.id, PAGE.words, PAGE.order, 'Alt+M', PAGE.needs),
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Pages {
    models: true;
  }
  interface Dialogs {
    addModel: true;
    downloadModel: true;
    removeModel: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
