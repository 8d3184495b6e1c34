/** Chords of the page's keymap in Electron's spelling. */

const NAMES: Readonly<Record<string, string>> = {
  '→': 'Right',
  '←': 'Left',
  '↑': 'Up',
  '↓': 'Down',
  '+': 'Plus',
  Esc: 'Escape',
  Space: 'Space',
  Enter: 'Enter',
  Backspace: 'Backspace',
  Delete: 'Delete',
  Home: 'Home',
  End: 'End',
  PageUp: 'PageUp',
  PageDown: 'PageDown',
};

/**
 * `CmdOrCtrl+Shift+Z` for `Ctrl+Shift+Z`; undefined for a key that Electron has no name for, which it would refuse with
 * an exception.
 */
export function acceleratorOf(chord: string): string | undefined {
  const modifiers: string[] = [];
  let rest = chord;
  for (const [ours, theirs] of [
    ['Ctrl+', 'CmdOrCtrl'],
    ['Alt+', 'Alt'],
    ['Shift+', 'Shift'],
  ] as const) {
    if (rest === ours.slice(0, -1) || !rest.startsWith(ours) || rest.length === ours.length) continue;
    modifiers.push(theirs);
    rest = rest.slice(ours.length);
  }
  const key = NAMES[rest] ?? (/^([!-~]|F([1-9]|1\d|2[0-4]))$/.test(rest) ? rest : undefined);
  return key === undefined ? undefined : [...modifiers, key].join('+');
}
