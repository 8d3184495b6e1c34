/** Changes that nobody tells of, such as those of remote desktops and developer tools, are seen within this time. */
const LOOK_MS = 400;

/**
 * Device pixels for each CSS pixel, followed: browser zoom and a window moved to another screen change it. So does losing
 * the graphics process, in a way: canvases that it held come back empty, and whoever drew them draws them again.
 */
class DevicePixels {
  #ratio = $state(ratioNow());
  /** Canvases that came back empty. */
  #emptied = $state(0);

  constructor() {
    this.#watch();
    // Some changes of zoom are told by this alone.
    window.addEventListener('resize', () => this.#read());
    setInterval(() => this.#read(), LOOK_MS);
    this.#watchGraphics();
  }

  /** Told when the last of them is back: one that is drawn on or sized anew before that stays lost. */
  #watchGraphics(): void {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping, nothing on screen depends on it
    const lost = new Set<EventTarget | null>();
    // They do not bubble.
    document.addEventListener('contextlost', ({ target }) => void lost.add(target), { capture: true });
    const back = ({ target }: Event): void => {
      lost.delete(target);
      for (const one of lost) if (one instanceof Node && !one.isConnected) lost.delete(one);
      if (lost.size === 0) this.#emptied++;
    };
    document.addEventListener('contextrestored', back, { capture: true });
  }

  /** Whoever reads it is told again when canvases were emptied. */
  get ratio(): number {
    void this.#emptied;
    return this.#ratio;
  }

  /** A query holds for one ratio: after each change it is asked anew. */
  #watch(): void {
    const query = matchMedia(`(resolution: ${ratioNow()}dppx)`);
    const changed = (): void => {
      this.#read();
      this.#watch();
    };
    query.addEventListener('change', changed, { once: true });
  }

  #read(): void {
    this.#ratio = ratioNow();
  }
}

function ratioNow(): number {
  return window.devicePixelRatio || 1;
}

/** One for the page: whatever draws on a canvas reads it where it is drawn anew. */
export const devicePixels = new DevicePixels();
