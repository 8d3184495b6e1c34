/** Where the person is: the page, the tab under the panes, the dialog in front. Everybody may lead elsewhere. */
import { createContext } from 'svelte';
import type { DialogId, DockId, PageId } from './names.ts';
import { Room } from './room.svelte.ts';

export class Frame {
  /** The page of the project that is shown. */
  page = $state<PageId>('review');
  /** The dialog that is open. */
  sheet = $state<DialogId | null>(null);
  readonly room = new Room();
  /** How much of the left column's end a card lies over, in pixels: lists there end above it. */
  leftEnd = $state(0);
  #dock = $state<DockId>('sample');

  /** The tab of the dock under the panes. */
  get dock(): DockId {
    return this.#dock;
  }

  /** Whoever leads to a tab wants it seen. */
  set dock(id: DockId) {
    this.#dock = id;
    if (!this.room.dock) this.room.showDock(true);
  }

  /** The tab that is seen; null while the dock is hidden. */
  readonly seenTab = $derived(this.room.dock ? this.#dock : null);

  /** Comes back to a tab, with the dock as it was left. */
  comeBackTo(id: DockId): void {
    this.#dock = id;
  }
}

export const [getFrame, setFrame] = createContext<Frame>();
