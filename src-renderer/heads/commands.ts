/** The tab of the heads. */
import { tabCommand, type Binding } from '../shell/keymap.ts';

export const TAB = { id: 'heads', words: 'Heads', order: 190 } as const;

export const COMMANDS = [
  tabCommand(TAB.id, TAB.words, TAB.order, 'Alt+H'),
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface DockTabs {
    heads: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
