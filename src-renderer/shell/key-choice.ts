/**
 * Keys of a person's own choosing: a preset, then single commands on top of it. Pure; `shell/keys.svelte.ts` keeps the
 * choice and hands the resulting keymap to `keymap.ts`.
 */
import { z } from 'zod';
import { overlaps, type Binding } from './keymap.ts';

/** `prodigy`: the keys of Prodigy's annotation page (accept A, reject X, ignore Space, back Backspace). */
export const KEY_PRESETS = [
  { id: 'fovea', words: 'Fovea' },
  { id: 'prodigy', words: 'Prodigy (A, X, Space, Backspace)' },
] as const;
export type KeyPreset = (typeof KEY_PRESETS)[number]['id'];

type Keys = Readonly<Record<string, readonly string[]>>;

/** What a preset changes; every other command keeps its keys. */
const CHANGES: Readonly<Record<KeyPreset, Keys>> = {
  fovea: {},
  prodigy: { accept: ['A'], next: ['Space', '→', 'D', 'J'], previous: ['Backspace', '←', 'K'] },
};

const MAX_KEYS = 4;
/** As stored: commands that a later version no longer knows are dropped. */
export const keyChoiceSchema = z.object({
  preset: z.enum(['fovea', 'prodigy']),
  own: z.record(z.string(), z.array(z.string().min(1).max(24)).max(MAX_KEYS)),
});
export type KeyChoice = z.infer<typeof keyChoiceSchema>;

export const DEFAULT_KEYS: KeyChoice = { preset: 'fovea', own: {} };

/** The commands of a table with the choice applied, in the table's order. */
export function chosenKeymap({ preset, own }: KeyChoice, table: readonly Binding[]): Binding[] {
  return table.map((binding) => {
    const keys = own[binding.command] ?? CHANGES[preset][binding.command];
    return keys ? { ...binding, keys } : binding;
  });
}

/** Gives `command` one key in place of its own, or takes the person's choice back with null. */
export function withKey(choice: KeyChoice, command: string, key: string | null): KeyChoice {
  const own = { ...choice.own };
  if (key === null) delete own[command];
  else own[command] = [key];
  return { ...choice, own };
}

/** Chords that two commands of one page claim, with the commands; the first of the table gets the key. */
export function conflicts(keymap: readonly Binding[]): ReadonlyMap<string, readonly Binding[]> {
  const found = new Map<string, Binding[]>();
  for (const [i, one] of keymap.entries()) {
    for (const other of keymap.slice(i + 1)) {
      if (!overlaps(one, other)) continue;
      for (const key of one.keys.filter((key) => other.keys.includes(key))) {
        const claims = found.get(key) ?? [one];
        found.set(key, claims.includes(other) ? claims : [...claims, other]);
      }
    }
  }
  return found;
}

/** Chords that the browser or the page itself needs: they cannot be given to a command. */
const TAKEN: readonly string[] = ['Tab', 'Shift+Tab', 'Ctrl+C', 'Ctrl+V', 'Ctrl+R', 'Ctrl+W', 'Ctrl+T', 'F5'];
const MODIFIERS: readonly string[] = ['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'Dead'];

/** Whether a pressed key can be a command's: `wait` for a modifier alone. */
export function assignable(pressed: string, chord: string): 'yes' | 'no' | 'wait' {
  if (MODIFIERS.includes(pressed)) return 'wait';
  return TAKEN.includes(chord) || pressed === 'Escape' ? 'no' : 'yes';
}
