/** Everything that can be done from where the person is, for the command palette. */
import { acts, type Binding } from './keymap.ts';
import { runCommand } from '../app/commands.ts';
import { THEMES } from './theme.svelte.ts';
import type { Workbench } from '../app/workbench.svelte.ts';

export interface PaletteItem {
  readonly id: string;
  readonly words: string;
  readonly key: string | null;
  run(): void;
}

/** Commands of the page that is shown and those of everywhere, then saved filters and themes. */
export function paletteItems(bench: Workbench): PaletteItem[] {
  const item = (id: string, words: string, run: () => void): PaletteItem => ({ id, words, key: null, run });
  const command = (binding: Binding): PaletteItem => ({
    id: `command-${binding.command}`,
    words: binding.words,
    key: binding.keys[0] ?? null,
    run: () => runCommand(binding.command, bench),
  });
  const commands = bench.keys.keymap.filter(
    (binding) =>
      binding.command !== 'palette' &&
      binding.command !== `page-${bench.page}` &&
      binding.command !== `dock-${bench.dock}` &&
      acts(binding, bench.page),
  );
  const list = bench.page === 'review' ? 'review' : 'gallery';
  const themes = THEMES.filter((theme) => theme !== bench.theme.choice);
  return [
    ...commands.map(command),
    ...bench.saved.list.flatMap((one) => [
      item(`filter-${one.id}`, `Filter: ${one.name}`, () =>
        bench.showSamples(one.filter, { sort: one.sort, page: list }),
      ),
      item(`rename-${one.id}`, `Rename the filter ${one.name}…`, () => bench.renameFilter(one)),
      item(
        `replace-${one.id}`,
        `Replace the filter ${one.name} with the one shown`,
        () => void bench.saved.replace(one),
      ),
      item(`delete-${one.id}`, `Delete the filter ${one.name}`, () => void bench.saved.remove(one)),
    ]),
    ...themes.map((theme) => item(`theme-${theme}`, `Theme: ${theme}`, () => bench.theme.choose(theme))),
  ];
}
