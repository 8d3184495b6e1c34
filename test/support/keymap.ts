/** The commands, pages and tabs of all features, as the page puts them together. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { keymapOf, readKeymapFrom, type Binding } from '../../src-renderer/shell/keymap.ts';
import type { DockId, PageId } from '../../src-renderer/shell/names.ts';

interface Named<Id> {
  readonly id: Id;
  readonly words: string;
  readonly order: number;
}

/** What a feature's `commands.ts` says. */
interface Table {
  readonly COMMANDS: readonly Binding[];
  readonly PAGE?: Named<PageId>;
  readonly TAB?: Named<DockId>;
}

const ROOT = join(import.meta.dirname, '../../src-renderer');
const files = readdirSync(ROOT)
  .map((name) => join(ROOT, name, 'commands.ts'))
  .filter((file) => existsSync(file));
const tables = await Promise.all(files.map((file) => import(file) as Promise<Table>));
const byOrder = <Id>(all: Named<Id>[]): Named<Id>[] => all.sort((a, b) => a.order - b.order);

export const KEYMAP: readonly Binding[] = keymapOf(tables.map(({ COMMANDS }) => COMMANDS));
export const PAGES = byOrder(tables.flatMap(({ PAGE }) => PAGE ?? []));
export const DOCK = byOrder(tables.flatMap(({ TAB }) => TAB ?? []));

readKeymapFrom(() => KEYMAP);
