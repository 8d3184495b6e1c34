/** What the page reports through User Timing (`src-renderer/shell/timings.dom.ts`), collected from its outside. */
import type { Page } from 'playwright-core';

interface Collecting {
  foveaWaits: { name: string; duration: number }[];
}

/** Reads waits by their name; each is taken once. */
export class Waits {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** Starts to collect in a page that is already open. */
  static async collect(page: Page): Promise<Waits> {
    await page.evaluate(() => {
      const waits: Collecting['foveaWaits'] = [];
      (globalThis as unknown as Collecting).foveaWaits = waits;
      new PerformanceObserver((list) => {
        for (const { name, duration } of list.getEntries()) waits.push({ name, duration });
      }).observe({ entryTypes: ['measure'] });
    });
    return new Waits(page);
  }

  /** Forgets what came so far. */
  async clear(): Promise<void> {
    await this.#page.evaluate(() => void ((globalThis as unknown as Collecting).foveaWaits.length = 0));
  }

  /** Milliseconds of the next wait of this name. */
  async next(
    name: 'dashboard' | 'next-sample' | 'filter' | 'sort' | 'recipe' | 'recipe-shown',
  ): Promise<number> {
    const found = await this.#page.waitForFunction(
      (wanted) => {
        const { foveaWaits } = globalThis as unknown as Collecting;
        const at = foveaWaits.findIndex((wait) => wait.name === wanted);
        return at < 0 ? null : { ms: foveaWaits.splice(at, 1)[0]!.duration };
      },
      `fovea:${name}`,
      { polling: 5 },
    );
    const value = await found.jsonValue();
    return value!.ms;
  }
}

/** The value that `share` of the sorted values do not exceed (nearest rank); NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}
