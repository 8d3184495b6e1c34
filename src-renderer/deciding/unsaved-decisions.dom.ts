/**
 * Keeps decisions that are not saved yet in the browser's storage, for the page that comes after this one at the same
 * address. Each window has a record of its own for each time that it shows a project, and holds a lock while it lives: what
 * a window left that is gone is taken over by the next one on that project, by one only. A copy of a project has its id, too:
 * what is decided on the one must not take the place of what waits for the other.
 */
import { fromKept, recordName, recordOf, toKept, type Kept, type Pending } from './unsaved.ts';
import { claim } from '../shell/one-window.dom.ts';

export class UnsavedDecisions {
  readonly #window = `${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`;
  readonly #alive = claim(`window-${this.#window}`);

  #visit = 0;

  /** A project is shown from now on, it may be again: what was kept before stays until it is taken. */
  begin(): void {
    this.#visit++;
  }

  /** In place of what was kept since this project is shown. @returns false when storage is off or full */
  keep(project: string, path: string, pending: readonly Pending[]): boolean {
    const key = this.#keyOf(project);
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
      const { window } = recordOf(key)!;
      const release = window === this.#window ? () => undefined : await claim(`window-${window}`);
      if (!release) continue;
      try {
        const kept = fromKept(localStorage.getItem(key) ?? '', project);
        // What is taken is kept anew before the old record goes: in between, both are there, and neither is saved twice.
        if (kept && (await take(kept))) localStorage.removeItem(key);
      } finally {
        release();
      }
    }
  }

  /** Of this project or a copy of it, but for the record that is being written. */
  #keysOf(project: string): string[] {
    try {
      const own = this.#keyOf(project);
      return Object.keys(localStorage).filter((key) => key !== own && recordOf(key)?.project === project);
    } catch {
      return [];
    }
  }

  #keyOf(project: string): string {
    return recordName({ window: this.#window, visit: this.#visit, project });
  }
}
