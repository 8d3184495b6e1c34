/** What the recipe on the dials can do. */
import { tabCommand, type Binding } from '../shell/keymap.ts';

export const TAB = { id: 'recipe', words: 'Recipe', order: 180, needs: 'recipes.preview' } as const;

export const COMMANDS = [
  {
    command: 'applyRecipe',
    needs: 'recipes.apply',
    group: 'Edit',
    order: 210,
    words: 'Apply the recipe to this sample',
    keys: ['Ctrl+Enter'],
  },
  tabCommand(TAB.id, TAB.words, TAB.order, 'Alt+C', TAB.needs),
] as const satisfies readonly Binding[];

declare module '../shell/names.ts' {
  interface DockTabs {
    recipe: true;
  }
  interface Dialogs {
    relabel: true;
    savePreset: true;
    presets: true;
  }
  interface Commands extends Record<(typeof COMMANDS)[number]['command'], true> {}
}
