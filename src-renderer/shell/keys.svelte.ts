/** The keys a person chose, remembered on this screen; the keymap's readers see them at once. */
import {
  chosenKeymap,
  DEFAULT_KEYS,
  keyChoiceSchema,
  withKey,
  type KeyChoice,
  type KeyPreset,
} from './key-choice.ts';
import { readKeymapFrom, type Binding, type Command } from './keymap.ts';
import { readJson, store } from './stored.dom.ts';

const NAME = 'keys';

export class Keys {
  choice = $state.raw<KeyChoice>(readJson(NAME, keyChoiceSchema, DEFAULT_KEYS));
  readonly keymap = $derived<readonly Binding[]>(chosenKeymap(this.choice));

  constructor() {
    readKeymapFrom(() => this.keymap);
  }

  /** A preset starts afresh: keys chosen one by one are for the keys around them. */
  usePreset(preset: KeyPreset): void {
    this.#set({ preset, own: {} });
  }

  /** @param key a chord; null gives the command its preset's keys back */
  setKey(command: Command, key: string | null): void {
    this.#set(withKey(this.choice, command, key));
  }

  #set(choice: KeyChoice): void {
    this.choice = choice;
    store(NAME, JSON.stringify(choice));
  }
}
