/** The tab of the tokens. */
import { tabCommand, type Binding } from '../shell/keymap.ts';

export const TAB = { id: 'tokens', words: 'Tokens', order: 200, needs: 'inspect.tokens' } as const;

export const COMMANDS = [
  tabCommand(TAB.id, TAB.words, TAB.order, 'Alt+T', TAB.needs),
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface DockTabs {
    tokens: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
