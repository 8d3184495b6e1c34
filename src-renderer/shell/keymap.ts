/**
 * Commands with their keys. Each feature has a table of its own (`commands.ts`); handlers, tooltips, the menu and the
 * help sheet all read those, so that none can say something else.
 */
import type { ProcedureName } from '../../src-shared/contract/procedures.ts';
import type { MenuEntry } from '../../src-shared/rpc/app-menu.ts';
import type { CommandId, DockId, PageId } from './names.ts';

/** In the order of the key sheet. */
export const GROUPS = [
  'Review',
  'Edit',
  'View',
  'Find',
  'Gallery',
  'Compare',
  'Adjudicate',
  'Anywhere',
] as const;

export interface Binding {
  readonly command: string;
  readonly group: (typeof GROUPS)[number];
  /** Where it stands in its group, on the key sheet and in the menu. */
  readonly order: number;
  /** Where it acts: a page, some pages, or anywhere. Default: the review page. */
  readonly on?: PageId | readonly PageId[] | 'anywhere';
  readonly words: string;
  /** Chords such as `Ctrl+Shift+Z`; the first one is shown in tooltips. Ctrl is also the Command key. */
  readonly keys: readonly string[];
  /** Acts again while the key is held down. */
  readonly repeats?: boolean;
  /** Holds as long as the key is held down. */
  readonly held?: boolean;
  /** The application menu it is in. Default: that of its group. */
  readonly menu?: MenuEntry['menu'];
  /** What it calls, where not everybody may: who may not is told why, and does not find it in the palette. */
  readonly needs?: ProcedureName;
}

/** A gesture that is no command, for the key sheet. */
export interface Gesture {
  readonly words: string;
  readonly keys: string;
}

/** Pages that show a list of samples. */
export const LISTS = ['review', 'gallery'] as const satisfies readonly PageId[];

/** The command that shows a page. Without a key it is chosen by its tab, the palette or the menu. */
export function pageCommand<Id extends PageId>(
  id: Id,
  words: string,
  order: number,
  key?: string,
  needs?: ProcedureName,
) {
  return {
    command: `page-${id}`,
    group: 'Anywhere',
    order,
    words: `Go to ${words}`,
    keys: key === undefined ? [] : [key],
    on: 'anywhere',
    menu: 'Go',
    ...(needs === undefined ? {} : { needs }),
  } as const satisfies Binding;
}

/** The command that shows a tab of the dock; its key is a letter of its name that no page has. */
export function tabCommand<Id extends DockId>(
  id: Id,
  words: string,
  order: number,
  key: string,
  needs?: ProcedureName,
) {
  return {
    command: `dock-${id}`,
    group: 'View',
    order,
    words: `Show the tab ${words}`,
    keys: [key],
    ...(needs === undefined ? {} : { needs }),
  } as const satisfies Binding;
}

/** The features' tables as one, in the order of the key sheet. */
export function keymapOf(tables: readonly (readonly Binding[])[]): Binding[] {
  const group = ({ group }: Binding): number => GROUPS.indexOf(group);
  return tables.flat().sort((a, b) => group(a) - group(b) || a.order - b.order);
}

let source: () => readonly Binding[] = () => [];

/** Where the keys in force are read from from now on, such as a person's own choice. */
export function readKeymapFrom(from: () => readonly Binding[]): void {
  source = from;
}

/** The part of a keyboard event that decides. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const NAMES: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  ' ': 'Space',
};

/** What each place of the keyboard writes without a modifier, `KeyQ` → `a`; empty where nobody says. */
let layout: ReadonlyMap<string, string> = new Map();

/** Tells what the keyboard's places write, as the browser knows it. */
export function readLayoutFrom(places: ReadonlyMap<string, string>): void {
  layout = places;
}

/**
 * The chord of a key press as written in the table: the symbol that it writes. Where a modifier turns the symbol into
 * another (Option on a Mac) it is the one without; letters of other alphabets go by place. AltGr, which Windows reports as
 * Ctrl and Alt, is part of writing a symbol and no modifier.
 */
export function chordOf(press: KeyPress): string {
  const key = symbolOf(press);
  const symbol = key.length === 1 && !/[A-Z←→↑↓]/.test(key);
  const altGr = press.ctrlKey && press.altKey && symbol && press.key.length === 1;
  const shift = press.shiftKey && !symbol ? 'Shift+' : '';
  const ctrl = (press.ctrlKey || press.metaKey) && !altGr ? 'Ctrl+' : '';
  return `${ctrl}${press.altKey && !altGr ? 'Alt+' : ''}${shift}${key}`;
}

function symbolOf({ key, code, altKey, ctrlKey }: KeyPress): string {
  const named = NAMES[key] ?? key;
  const option = altKey && !ctrlKey && (key === 'Dead' || (key.length === 1 && !/[a-z0-9]/i.test(key)));
  if (option) {
    const plain = layout.get(code);
    if (plain !== undefined && /^[ -~]$/.test(plain)) return plain.toUpperCase();
  }
  const place = /^Key([A-Z])$/.exec(code)?.[1];
  const foreign = named.length === 1 && named.charCodeAt(0) > 127 && !(key in NAMES);
  if (place && (foreign || (option && key === 'Dead'))) return place;
  return named.length === 1 ? named.toUpperCase() : named;
}

/** The digit that a place of the top row has on most keyboards; on a French one it is written with Shift. */
function digitOf({ code, ctrlKey, metaKey, altKey, shiftKey }: KeyPress): string | null {
  return ctrlKey || metaKey || altKey || shiftKey ? null : (/^Digit(\d)$/.exec(code)?.[1] ?? null);
}

/** The binding a key press means on a page, or null. */
export function bindingOf(
  press: KeyPress,
  page: PageId,
  keymap: readonly Binding[] = source(),
): Binding | null {
  const meant = (chord: string | null): Binding | null =>
    keymap.find((binding) => chord !== null && acts(binding, page) && binding.keys.includes(chord)) ?? null;
  return meant(chordOf(press)) ?? meant(digitOf(press));
}

/** Whether two commands can be meant by one key press: they act on the same page. */
export function overlaps(one: Binding, other: Binding): boolean {
  const { on = 'review' } = one;
  if (on === 'anywhere' || other.on === 'anywhere') return true;
  return [on].flat().some((page) => acts(other, page));
}

/** Whether a command means something on a page. */
export function acts({ on = 'review' }: Binding, page: PageId): boolean {
  return typeof on === 'string' ? on === page || on === 'anywhere' : on.includes(page);
}

/** Tooltip of a control that stands for several commands: `Reject and next (X) · Reject for a reason… (Shift+X)`. */
export function tips(...commands: readonly CommandId[]): string {
  return commands.map((command) => tip(command)).join(' · ');
}

/** `Accept and next (Enter)`, for tooltips. */
export function tip(command: CommandId, words?: string): string {
  const binding = source().find((known) => known.command === command);
  const key = binding?.keys[0];
  return `${words ?? binding?.words ?? command}${key === undefined ? '' : ` (${key})`}`;
}
