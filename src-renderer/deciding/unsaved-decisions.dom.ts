/**
 * Keeps decisions that are not saved yet in the browser's storage, for the page that comes after this one at the same
 * address. Each window has records of its own, one a project, and holds a lock while it lives: what a window left that is
 * gone is taken over by the next one on that project, by one only.
 */
import { fromKept, toKept, type Kept, type Pending } from './unsaved.ts';
import { claim } from '../shell/one-window.dom.ts';

const PREFIX = 'fovea.unsaved-decisions.';

export class UnsavedDecisions {
  readonly #window = `${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`;
  readonly #alive = claim(`window-${this.#window}`);

  /** In place of what was kept of this project before. @returns false when storage is off or full */
  keep(project: string, path: string, pending: readonly Pending[]): boolean {
    const key = keyOf(this.#window, project);
    try {
      if (pending.length > 0) localStorage.setItem(key, toKept(project, path, pending));
      else localStorage.removeItem(key);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Hands what was left of a project to `take`, by this window before or by others that are gone. @param take whether it
   * was taken; if not, it stays
   */
  async adopt(project: string, take: (kept: Kept) => Promise<boolean>): Promise<void> {
    await this.#alive;
    for (const key of this.#keysOf(project)) {
      const owner = windowOf(key);
      const release = owner === this.#window ? () => undefined : await claim(`window-${owner}`);
      if (!release) continue;
      try {
        const kept = fromKept(localStorage.getItem(key) ?? '', project);
        // What is taken is kept anew before the old record goes: in between, both are there, and neither is saved twice.
        if (kept && (await take(kept)) && owner !== this.#window) localStorage.removeItem(key);
      } finally {
        release();
      }
    }
  }

  #keysOf(project: string): string[] {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX) && projectOf(key) === project);
    } catch {
      return [];
    }
  }
}

function keyOf(window: string, project: string): string {
  return `${PREFIX}${window}.${project}`;
}

function windowOf(key: string): string {
  return key.slice(PREFIX.length).split('.', 1)[0]!;
}

function projectOf(key: string): string {
  return key.slice(PREFIX.length + windowOf(key).length + 1);
}
