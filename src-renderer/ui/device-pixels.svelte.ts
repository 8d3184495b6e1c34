/** Changes that nobody tells of, such as those of remote desktops and developer tools, are seen within this time. */
const LOOK_MS = 400;

/** Device pixels for each CSS pixel, followed: browser zoom and a window moved to another screen change it. */
class DevicePixels {
  ratio = $state(ratioNow());

  constructor() {
    this.#watch();
    // Some changes of zoom are told by this alone.
    window.addEventListener('resize', () => this.#read());
    setInterval(() => this.#read(), LOOK_MS);
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
    this.ratio = ratioNow();
  }
}

function ratioNow(): number {
  return window.devicePixelRatio || 1;
}

/** One for the page: whatever draws on a canvas reads it where it is drawn anew. */
export const devicePixels = new DevicePixels();
