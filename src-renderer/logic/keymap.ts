/**
 * The one table of keys. Handlers, tooltips and the help sheet all read it, so that none can say something else.
 */
import type { PageId } from './pages.ts';

export type Command =
  | 'accept'
  | 'reject'
  | 'next'
  | 'previous'
  | 'select'
  | 'brush'
  | 'eraser'
  | 'foreground'
  | 'background'
  | 'ignore'
  | 'brushSmaller'
  | 'brushLarger'
  | 'cancel'
  | 'undo'
  | 'redo'
  | 'fit'
  | 'actualSize'
  | 'labels'
  | 'boxes'
  | 'truth'
  | 'grid'
  | 'smooth'
  | 'search'
  | 'help';

export interface Binding {
  readonly command: Command;
  readonly group: 'Review' | 'Edit' | 'View';
  /** Where it acts: a page, or anywhere. Default: the review page. */
  readonly on?: PageId | 'anywhere';
  readonly words: string;
  /** Chords such as `Ctrl+Shift+Z`; the first one is shown in tooltips. Ctrl is also the Command key. */
  readonly keys: readonly string[];
  /** Acts again while the key is held down. */
  readonly repeats?: boolean;
}

export const KEYMAP: readonly Binding[] = [
  { command: 'accept', group: 'Review', words: 'Accept and next', keys: ['Enter'] },
  { command: 'reject', group: 'Review', words: 'Reject and next', keys: ['X'] },
  { command: 'next', group: 'Review', words: 'Next sample', keys: ['→', 'D', 'J'], repeats: true },
  { command: 'previous', group: 'Review', words: 'Previous sample', keys: ['←', 'A', 'K'], repeats: true },
  { command: 'search', group: 'Review', words: 'Search the queue', keys: ['/'] },
  { command: 'help', group: 'Review', words: 'Show all keys', keys: ['?'], on: 'anywhere' },
  { command: 'select', group: 'Edit', words: 'Select and pan', keys: ['V'] },
  { command: 'brush', group: 'Edit', words: 'Brush', keys: ['B'] },
  { command: 'eraser', group: 'Edit', words: 'Eraser (paints background)', keys: ['E'] },
  { command: 'foreground', group: 'Edit', words: 'Paint foreground', keys: ['1'] },
  { command: 'background', group: 'Edit', words: 'Paint background', keys: ['2'] },
  { command: 'ignore', group: 'Edit', words: 'Paint ignore', keys: ['3'] },
  { command: 'brushSmaller', group: 'Edit', words: 'Smaller brush', keys: ['['], repeats: true },
  { command: 'brushLarger', group: 'Edit', words: 'Larger brush', keys: [']'], repeats: true },
  { command: 'undo', group: 'Edit', words: 'Undo', keys: ['Ctrl+Z'], repeats: true },
  { command: 'redo', group: 'Edit', words: 'Redo', keys: ['Ctrl+Shift+Z', 'Ctrl+Y'], repeats: true },
  { command: 'cancel', group: 'Edit', words: 'Cancel the stroke', keys: ['Esc'] },
  { command: 'fit', group: 'View', words: 'Fit the picture', keys: ['F'] },
  { command: 'actualSize', group: 'View', words: 'One picture pixel per screen pixel', keys: ['0'] },
  { command: 'labels', group: 'View', words: 'Label overlay', keys: ['L'] },
  { command: 'boxes', group: 'View', words: 'Boxes of the maps', keys: ['O'] },
  { command: 'truth', group: 'View', words: 'Truth boxes', keys: ['T'] },
  { command: 'grid', group: 'View', words: 'Token grid', keys: ['G'] },
  { command: 'smooth', group: 'View', words: 'Smooth or pixelated maps', keys: ['S'] },
];

/** Gestures that are no commands, for the help sheet. */
export const GESTURES: readonly { readonly words: string; readonly keys: string }[] = [
  { words: 'Pan while held', keys: 'Space + drag' },
  { words: 'Pan', keys: 'Wheel or middle drag' },
  { words: 'Zoom about the pointer', keys: 'Ctrl + wheel' },
];

/** The part of a keyboard event that decides. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const NAMES: Readonly<Record<string, string>> = { ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc' };

/** The chord of a key press as written in the table. Letters work on non-Latin keyboards too. */
export function chordOf(press: KeyPress): string {
  let key = NAMES[press.key] ?? press.key;
  const letter = /^Key([A-Z])$/.exec(press.code)?.[1];
  if (key.length === 1 && key.charCodeAt(0) > 127 && letter) key = letter;
  if (key.length === 1) key = key.toUpperCase();
  const symbol = key.length === 1 && !/[A-Z←→]/.test(key);
  const shift = press.shiftKey && !symbol ? 'Shift+' : '';
  return `${press.ctrlKey || press.metaKey ? 'Ctrl+' : ''}${press.altKey ? 'Alt+' : ''}${shift}${key}`;
}

/** The binding a key press means on a page, or null. */
export function bindingOf(
  press: KeyPress,
  page: PageId,
  keymap: readonly Binding[] = KEYMAP,
): Binding | null {
  const chord = chordOf(press);
  return keymap.find((binding) => acts(binding, page) && binding.keys.includes(chord)) ?? null;
}

function acts({ on = 'review' }: Binding, page: PageId): boolean {
  return on === page || on === 'anywhere';
}

/** `Accept and next (Enter)`, for tooltips. */
export function tip(command: Command, words?: string): string {
  const binding = KEYMAP.find((known) => known.command === command);
  return binding ? `${words ?? binding.words} (${binding.keys[0]})` : (words ?? command);
}
