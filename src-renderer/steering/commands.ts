/** The page that shows and steers all jobs. */
import { pageCommand, type Binding } from '../shell/keymap.ts';

export const PAGE = { id: 'jobs', words: 'Jobs', order: 38 } as const;

export const COMMANDS = [
  pageCommand(PAGE.id, PAGE.words, PAGE.order, 'Alt+J'),
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Pages {
    jobs: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
