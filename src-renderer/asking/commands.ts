/** The tab of what can be asked and checked. */
import { tabCommand, type Binding } from '../shell/keymap.ts';

export const TAB = { id: 'try', words: 'Ask and check', order: 210, needs: 'inspect.ask' } as const;

export const COMMANDS = [
  tabCommand(TAB.id, TAB.words, TAB.order, 'Alt+K', TAB.needs),
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface DockTabs {
    try: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
