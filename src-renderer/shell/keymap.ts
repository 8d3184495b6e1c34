/**
 * The one table of keys. Handlers, tooltips and the help sheet all read it, so that none can say something else.
 */
import { DOCK, type DockId } from './dock.ts';
import { PAGES, type PageId } from './pages.ts';

export type Command =
  | 'accept'
  | 'reject'
  | 'next'
  | 'previous'
  | 'select'
  | 'brush'
  | 'eraser'
  | 'rectangle'
  | 'polygon'
  | 'fill'
  | 'foreground'
  | 'background'
  | 'ignore'
  | 'brushSmaller'
  | 'brushLarger'
  | 'grow'
  | 'shrink'
  | 'copyLabel'
  | 'compare'
  | 'difference'
  | 'applyRecipe'
  | 'cancel'
  | 'note'
  | 'answerAgain'
  | 'undo'
  | 'redo'
  | 'fit'
  | 'actualSize'
  | 'keepView'
  | 'labels'
  | 'boxes'
  | 'truth'
  | 'grid'
  | 'smooth'
  | 'layout'
  | 'sharedScale'
  | 'zoomIn'
  | 'zoomOut'
  | 'panLeft'
  | 'panRight'
  | 'panUp'
  | 'panDown'
  | 'search'
  | 'moreLike'
  | 'back'
  | 'sampleNote'
  | 'flagLookAgain'
  | 'flagExample'
  | 'flagBadData'
  | 'filter'
  | 'clearFilter'
  | 'saveFilter'
  | 'acceptMany'
  | 'rejectMany'
  | 'undoBatch'
  | 'batches'
  | 'openInReview'
  | 'chooseAll'
  | 'chooseNone'
  | 'paneCursor'
  | `dock-${DockId}`
  | `page-${PageId}`
  | 'projects'
  | 'import'
  | 'export'
  | 'tour'
  | 'help'
  | 'palette';

/** In the order of the key sheet. */
export const GROUPS = ['Review', 'Edit', 'View', 'Find', 'Gallery', 'Anywhere'] as const;

export interface Binding {
  readonly command: Command;
  readonly group: (typeof GROUPS)[number];
  /** Where it acts: a page, some pages, or anywhere. Default: the review page. */
  readonly on?: PageId | readonly PageId[] | 'anywhere';
  readonly words: string;
  /** Chords such as `Ctrl+Shift+Z`; the first one is shown in tooltips. Ctrl is also the Command key. */
  readonly keys: readonly string[];
  /** Acts again while the key is held down. */
  readonly repeats?: boolean;
  /** Holds as long as the key is held down. */
  readonly held?: boolean;
}

/** Pages that show a list of samples. */
const LISTS: readonly PageId[] = ['review', 'gallery'];

/** Of the pages; one without a key is chosen by its tab, the palette or the menu. */
const PAGE_KEYS: Readonly<Partial<Record<string, string>>> = {
  review: 'Alt+R',
  gallery: 'Alt+G',
  dashboard: 'Alt+D',
  models: 'Alt+M',
};

/** Of the tabs under the panes: a letter of each one's name that no page has. */
const DOCK_KEYS: Readonly<Record<DockId, string>> = {
  sample: 'Alt+S',
  recipe: 'Alt+C',
  heads: 'Alt+H',
  tokens: 'Alt+T',
  try: 'Alt+K',
};

export const KEYMAP: readonly Binding[] = [
  { command: 'accept', group: 'Review', words: 'Accept and next', keys: ['Enter'] },
  { command: 'reject', group: 'Review', words: 'Reject and next', keys: ['X'] },
  { command: 'next', group: 'Review', words: 'Next sample', keys: ['→', 'D', 'J'], repeats: true },
  { command: 'previous', group: 'Review', words: 'Previous sample', keys: ['←', 'A', 'K'], repeats: true },
  { command: 'select', group: 'Edit', words: 'Select regions and pan', keys: ['V'] },
  { command: 'brush', group: 'Edit', words: 'Brush', keys: ['B'] },
  { command: 'eraser', group: 'Edit', words: 'Eraser (paints background)', keys: ['E'] },
  { command: 'rectangle', group: 'Edit', words: 'Rectangle: paint every token it touches', keys: ['R'] },
  {
    command: 'polygon',
    group: 'Edit',
    words: 'Polygon: paint the tokens inside (Enter closes it)',
    keys: ['P'],
  },
  { command: 'fill', group: 'Edit', words: 'Fill the connected region', keys: ['C'] },
  { command: 'foreground', group: 'Edit', words: 'Paint foreground', keys: ['1'] },
  { command: 'background', group: 'Edit', words: 'Paint background', keys: ['2'] },
  { command: 'ignore', group: 'Edit', words: 'Paint ignore', keys: ['3'] },
  { command: 'brushSmaller', group: 'Edit', words: 'Smaller brush', keys: ['['], repeats: true },
  { command: 'brushLarger', group: 'Edit', words: 'Larger brush', keys: [']'], repeats: true },
  { command: 'grow', group: 'Edit', words: 'Grow foreground by one token', keys: ['.'], repeats: true },
  { command: 'shrink', group: 'Edit', words: 'Shrink foreground by one token', keys: [','], repeats: true },
  { command: 'copyLabel', group: 'Edit', words: 'Copy the label from…', keys: ['Y'] },
  { command: 'compare', group: 'Edit', words: 'Show the predicted label', keys: ['Q'], held: true },
  { command: 'difference', group: 'Edit', words: 'Mark what was changed', keys: ['W'] },
  { command: 'note', group: 'Edit', words: 'Note on this decision', keys: ['M'] },
  {
    command: 'answerAgain',
    group: 'Edit',
    words: 'Answer again with this crop, or with the changed label’s region',
    keys: ['Shift+L'],
  },
  { command: 'undo', group: 'Edit', words: 'Undo', keys: ['Ctrl+Z'], repeats: true },
  { command: 'redo', group: 'Edit', words: 'Redo', keys: ['Ctrl+Shift+Z', 'Ctrl+Y'], repeats: true },
  {
    command: 'applyRecipe',
    group: 'Edit',
    words: 'Apply the recipe on trial to this sample',
    keys: ['Ctrl+Enter'],
  },
  {
    command: 'cancel',
    group: 'Edit',
    words: 'Cancel what is being drawn, or reset the recipe',
    keys: ['Esc'],
  },
  { command: 'paneCursor', group: 'Edit', words: 'Go into a pane, to draw with keys', keys: ['Z'] },
  { command: 'fit', group: 'View', words: 'Fit the picture', keys: ['F'] },
  { command: 'actualSize', group: 'View', words: 'One picture pixel per screen pixel', keys: ['0'] },
  { command: 'keepView', group: 'View', words: 'Keep zoom and position from sample to sample', keys: ['H'] },
  { command: 'labels', group: 'View', words: 'Label overlay', keys: ['L'] },
  { command: 'boxes', group: 'View', words: 'Boxes of the maps', keys: ['O'] },
  { command: 'truth', group: 'View', words: 'Truth boxes', keys: ['T'] },
  { command: 'grid', group: 'View', words: 'Token grid', keys: ['G'] },
  { command: 'smooth', group: 'View', words: 'Smooth or pixelated maps', keys: ['S'] },
  { command: 'layout', group: 'View', words: 'Next layout: 1 to 6 panes', keys: ['I'] },
  { command: 'sharedScale', group: 'View', words: 'One colour scale for maps of a kind', keys: ['U'] },
  { command: 'zoomIn', group: 'View', words: 'Zoom in', keys: ['+', '='], repeats: true },
  { command: 'zoomOut', group: 'View', words: 'Zoom out', keys: ['-'], repeats: true },
  { command: 'panLeft', group: 'View', words: 'Look further left', keys: ['Shift+←'], repeats: true },
  { command: 'panRight', group: 'View', words: 'Look further right', keys: ['Shift+→'], repeats: true },
  { command: 'panUp', group: 'View', words: 'Look further up', keys: ['Shift+↑'], repeats: true },
  { command: 'panDown', group: 'View', words: 'Look further down', keys: ['Shift+↓'], repeats: true },
  ...DOCK.map(({ id, words }): Binding => ({
    command: `dock-${id}`,
    group: 'View',
    words: `Show the tab ${words}`,
    keys: [DOCK_KEYS[id]],
  })),
  { command: 'search', group: 'Find', words: 'Search', keys: ['/'], on: LISTS },
  { command: 'filter', group: 'Find', words: 'Filter', keys: ['Shift+F'], on: LISTS },
  { command: 'clearFilter', group: 'Find', words: 'Show all samples', keys: ['Shift+C'], on: LISTS },
  { command: 'saveFilter', group: 'Find', words: 'Save this filter…', keys: ['Shift+S'], on: LISTS },
  { command: 'sampleNote', group: 'Find', words: 'Note on the sample', keys: ['N'], on: LISTS },
  { command: 'flagLookAgain', group: 'Find', words: 'Flag: look again', keys: ['7'], on: LISTS },
  { command: 'flagExample', group: 'Find', words: 'Flag: good example', keys: ['8'], on: LISTS },
  { command: 'flagBadData', group: 'Find', words: 'Flag: bad data', keys: ['9'], on: LISTS },
  { command: 'moreLike', group: 'Find', words: 'More like this sample', keys: ['Shift+M'], on: LISTS },
  {
    command: 'back',
    group: 'Find',
    words: 'Back from similar samples',
    keys: ['Shift+Backspace'],
    on: LISTS,
  },
  { command: 'openInReview', group: 'Gallery', words: 'Open in Review', keys: ['Enter'], on: 'gallery' },
  {
    command: 'chooseAll',
    group: 'Gallery',
    words: 'Choose all of the filter',
    keys: ['Ctrl+A'],
    on: 'gallery',
  },
  {
    command: 'acceptMany',
    group: 'Gallery',
    words: 'Accept the chosen samples…',
    keys: ['A'],
    on: 'gallery',
  },
  {
    command: 'rejectMany',
    group: 'Gallery',
    words: 'Reject the chosen samples…',
    keys: ['X'],
    on: 'gallery',
  },
  { command: 'undoBatch', group: 'Gallery', words: 'Undo the last batch', keys: ['Ctrl+Z'], on: 'gallery' },
  { command: 'batches', group: 'Gallery', words: 'Batches', keys: ['Shift+B'], on: 'gallery' },
  { command: 'chooseNone', group: 'Gallery', words: 'Choose none', keys: ['Esc'], on: 'gallery' },
  ...PAGES.map(({ id, words }): Binding => {
    const key = PAGE_KEYS[id];
    const keys = key === undefined ? [] : [key];
    return { command: `page-${id}`, group: 'Anywhere', words: `Go to ${words}`, keys, on: 'anywhere' };
  }),
  {
    command: 'projects',
    group: 'Anywhere',
    words: 'Open another project…',
    keys: ['Alt+O'],
    on: 'anywhere',
  },
  {
    command: 'import',
    group: 'Anywhere',
    words: 'Import pictures and questions',
    keys: ['Ctrl+I'],
    on: 'anywhere',
  },
  { command: 'export', group: 'Anywhere', words: 'Export labels', keys: ['Ctrl+E'], on: 'anywhere' },
  { command: 'palette', group: 'Anywhere', words: 'Find a command', keys: ['Ctrl+K'], on: 'anywhere' },
  { command: 'help', group: 'Anywhere', words: 'Show all keys', keys: ['?'], on: 'anywhere' },
  { command: 'tour', group: 'Anywhere', words: 'Take the tour', keys: [], on: 'anywhere' },
];

/** Gestures that are no commands, for the help sheet. */
export const GESTURES: readonly { readonly words: string; readonly keys: string }[] = [
  { words: 'Pan while held', keys: 'Space + drag' },
  { words: 'Pan', keys: 'Wheel or middle drag' },
  { words: 'Zoom about the pointer', keys: 'Ctrl + wheel' },
  { words: 'Take or resize the region’s box (select)', keys: 'Click, then drag' },
  { words: 'Draw with keys: go into a pane', keys: 'Tab' },
  { words: 'In a pane: move, put down or lift, both', keys: 'Arrows, Space, Enter' },
  { words: 'Gallery: move, first and last', keys: 'Arrows, Page, Home, End' },
  { words: 'Gallery: choose a range, or one more', keys: 'Shift, Ctrl or Space' },
];

let source: () => readonly Binding[] = () => KEYMAP;

/** Where the keys in force are read from from now on, such as a person's own choice. Default: the table. */
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
  return PAGES.some(({ id }) => acts(one, id) && acts(other, id));
}

/** Whether a command means something on a page. */
export function acts({ on = 'review' }: Binding, page: PageId): boolean {
  return typeof on === 'string' ? on === page || on === 'anywhere' : on.includes(page);
}

/** `Accept and next (Enter)`, for tooltips. */
export function tip(command: Command, words?: string): string {
  const binding = source().find((known) => known.command === command);
  const key = binding?.keys[0];
  return `${words ?? binding?.words ?? command}${key === undefined ? '' : ` (${key})`}`;
}
