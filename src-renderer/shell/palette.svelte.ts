/** Everything that can be done from where the person is, for the command palette. */
import type { Commands } from './commands.svelte.ts';
import type { PaletteItem, Registry } from './feature.svelte.ts';
import type { Frame } from './frame.svelte.ts';
import { acts, type Binding } from './keymap.ts';

/** Commands of the page that is shown and those of everywhere, then what the features offer besides. */
export function paletteItems(
  keymap: readonly Binding[],
  frame: Frame,
  commands: Commands,
  registry: Registry,
): PaletteItem[] {
  const known: readonly string[] = ['palette', `page-${frame.page}`, `dock-${frame.dock}`];
  const shown = keymap.filter((binding) => !known.includes(binding.command) && acts(binding, frame.page));
  return [
    ...shown.map((binding) => ({
      id: `command-${binding.command}`,
      words: binding.words,
      key: binding.keys[0] ?? null,
      run: () => commands.runBound(binding),
    })),
    ...registry.offers(),
  ];
}
