/** The tab of the heads. */
import { tabCommand, type Binding } from '../shell/keymap.ts';

export const TAB = { id: 'heads', words: 'Heads', order: 190, needs: 'analysis.heads' } as const;

export const COMMANDS = [
  {
    command: 'rank-heads',
    needs: 'analysis.rankHeads',
    group: 'View',
    order: 195,
    words: 'Rank heads over the list',
    keys: [],
  },
  tabCommand(TAB.id, TAB.words, TAB.order, 'Alt+H', TAB.needs),
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface Dialogs {
    rankHeads: true;
  }
  interface DockTabs {
    heads: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
