/** The page of frozen data sets. */
import { pageCommand, type Binding } from '../shell/keymap.ts';

export const PAGE = { id: 'datasets', words: 'Datasets', order: 39.5, needs: 'datasets.list' } as const;

export const COMMANDS = [
  pageCommand(PAGE.id, PAGE.words, PAGE.order, 'Alt+E', PAGE.needs),
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Pages {
    datasets: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
