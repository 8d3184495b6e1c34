/** The keys a person chose, remembered on this screen; the keymap's readers see them at once. */
import { createContext } from 'svelte';
import {
  chosenKeymap,
  DEFAULT_KEYS,
  keyChoiceSchema,
  withKey,
  type KeyChoice,
  type KeyPreset,
} from './key-choice.ts';
import { readKeymapFrom, type Binding } from './keymap.ts';
import { readJson, store } from './stored.dom.ts';

const NAME = 'keys';

export class Keys {
  choice = $state.raw<KeyChoice>(readJson(NAME, keyChoiceSchema, DEFAULT_KEYS));
  readonly #table: readonly Binding[];
  readonly keymap = $derived.by<readonly Binding[]>(() => chosenKeymap(this.choice, this.#table));

  /** @param table every command with its own keys */
  constructor(table: readonly Binding[]) {
    this.#table = table;
    readKeymapFrom(() => this.keymap);
  }

  /** A preset starts afresh: keys chosen one by one are for the keys around them. */
  usePreset(preset: KeyPreset): void {
    this.#set({ preset, own: {} });
  }

  /** @param key a chord; null gives the command its preset's keys back */
  setKey(command: string, key: string | null): void {
    this.#set(withKey(this.choice, command, key));
  }

  #set(choice: KeyChoice): void {
    this.choice = choice;
    store(NAME, JSON.stringify(choice));
  }
}

export const [getKeys, setKeys] = createContext<Keys>();
