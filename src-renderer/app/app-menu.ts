/** What Electron's menu holds of the page: every command of the keymap, with its key, where people look for it. */
import type { MenuEntry } from '../../src-shared/rpc/app-menu.ts';
import { acts, type Binding } from '../shell/keymap.ts';
import type { PageId } from '../shell/names.ts';

type Menu = MenuEntry['menu'];

const OF_GROUP: Readonly<Partial<Record<Binding['group'], Menu>>> = {
  Review: 'Review',
  Edit: 'Edit',
  View: 'View',
  Find: 'Find',
  Gallery: 'Gallery',
  Compare: 'Compare',
  Adjudicate: 'Review',
};

/** Every command in its menu; those that mean nothing on `page` are disabled, all without a project (null). */
export function menuEntries(keymap: readonly Binding[], page: PageId | null): MenuEntry[] {
  return keymap.map((binding) => ({
    menu: menuOf(binding),
    command: binding.command,
    words: binding.words,
    key: binding.keys[0] ?? null,
    enabled: page !== null && acts(binding, page),
  }));
}

function menuOf({ menu, group }: Binding): Menu {
  return menu ?? OF_GROUP[group] ?? 'Help';
}
