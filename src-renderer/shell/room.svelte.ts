/** How the review page is shared between queue, panes and dock; remembered from visit to visit. */
import { readFlag, readNumber, store } from './stored.dom.ts';

const SIZES = { queueWidth: 0, dockHeight: 0, tallDockHeight: 0 };
export type RoomSize = keyof typeof SIZES;

export class Room {
  #queue = $state(readFlag('queueShown', true));
  #dock = $state(readFlag('dockShown', true));
  /** The panes alone, with what decides, until somebody asks for the rest: no state to begin with. */
  #alone = $state(false);
  /** As a person pulled them, CSS pixels; 0 where nobody did. The dock has one for tabs that want to be tall. */
  readonly sizes = $state<Record<RoomSize, number>>({
    queueWidth: readNumber('queueWidth', SIZES.queueWidth),
    dockHeight: readNumber('dockHeight', SIZES.dockHeight),
    tallDockHeight: readNumber('tallDockHeight', SIZES.tallDockHeight),
  });

  readonly queue = $derived(this.#queue && !this.#alone);
  readonly dock = $derived(this.#dock && !this.#alone);
  readonly alone = $derived(this.#alone);

  /** Shows the queue or takes it away. What is not seen because the panes are alone is shown. */
  showQueue(on = !this.queue): void {
    if (on) this.#alone = false;
    this.#queue = on;
    store('queueShown', on);
  }

  /** As {@link showQueue}. */
  showDock(on = !this.dock): void {
    if (on) this.#alone = false;
    this.#dock = on;
    store('dockShown', on);
  }

  showAlone(on = !this.alone): void {
    this.#alone = on;
  }

  /** @param pixels 0: as large as the window makes it */
  resize(which: RoomSize, pixels: number): void {
    this.sizes[which] = pixels;
    store(which, pixels);
  }
}
