/** What each command does, as the features say; buttons, keys, menu and palette all come here. */
import { createContext } from 'svelte';
import type { Binding } from './keymap.ts';
import type { CommandId, PageId } from './names.ts';

/** What a command does. */
export interface Act {
  run(): void;
  /** Pressing and letting go, of a command that holds while its key is held. */
  hold?(on: boolean): void;
  /** False where a key that is held down stops. */
  mayRepeat?(): boolean;
}

/** Something under way that Esc gives up. */
export interface GivingUp {
  readonly on: PageId | 'anywhere';
  /** @returns false when there was nothing to give up */
  giveUp(): boolean;
}

/** What holds while Space is held on a page. */
export interface Grip {
  readonly on: PageId;
  hold(on: boolean): void;
}

export class Commands {
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping, nothing on screen depends on it
  readonly #acts = new Map<string, Act>();
  readonly #givingUp: GivingUp[] = [];
  readonly #grips: Grip[] = [];
  #refuses: (command: string) => boolean = () => false;

  add(acts: Readonly<Record<string, Act | (() => void)>>): void {
    for (const [command, act] of Object.entries(acts)) {
      this.#acts.set(command, typeof act === 'function' ? { run: act } : act);
    }
  }

  addGivingUp(...ways: readonly GivingUp[]): void {
    this.#givingUp.push(...ways);
  }

  addGrip(grip: Grip): void {
    this.#grips.push(grip);
  }

  /** Asked before a command runs; whoever refuses has told the person why. */
  guard(refuses: (command: string) => boolean): void {
    this.#refuses = refuses;
  }

  run(command: CommandId): void {
    if (!this.#refuses(command)) this.#acts.get(command)?.run();
  }

  /** Does what a key, a line of the palette or of the menu stands for. */
  runBound({ command }: Binding): void {
    if (!this.#refuses(command)) this.#acts.get(command)?.run();
  }

  hold({ command }: Binding, on: boolean): void {
    this.#acts.get(command)?.hold?.(on);
  }

  mayRepeat({ command }: Binding): boolean {
    return this.#acts.get(command)?.mayRepeat?.() ?? true;
  }

  /**
   * Gives up the first thing under way on a page, in the order of the features.
   * @param page null: only what is given up anywhere
   * @returns false when there was none
   */
  giveUp(page: PageId | null): boolean {
    return this.#givingUp.some(({ on, giveUp }) => (on === page || on === 'anywhere') && giveUp());
  }

  /** Takes hold of what Space holds on a page. @returns false when that is nothing */
  grip(page: PageId): boolean {
    const found = this.#grips.filter(({ on }) => on === page);
    for (const grip of found) grip.hold(true);
    return found.length > 0;
  }

  /** Lets go of whatever Space holds. */
  letGo(): void {
    for (const grip of this.#grips) grip.hold(false);
  }
}

export const [getCommands, setCommands] = createContext<Commands>();
