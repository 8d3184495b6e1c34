/** The review page as a person uses it: keys, brush, what the page says. Nothing here looks behind the page. */
import type { Page } from 'playwright-core';

export type State = 'unlabelled' | 'pending' | 'accepted' | 'corrected' | 'rejected';

const READY_MS = 20_000;

export class ReviewPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Waits until a sample is fully on screen. */
  async ready(): Promise<void> {
    await this.page.locator('[data-current-state]').waitFor({ timeout: READY_MS });
    await this.page.locator('button[aria-current=true]').waitFor();
  }

  /** The sample that the queue marks as current. */
  async currentId(): Promise<number> {
    return Number(await this.page.locator('button[aria-current=true]').getAttribute('data-sample'));
  }

  async currentState(): Promise<State> {
    return (await this.page.locator('[data-current-state]').getAttribute('data-current-state')) as State;
  }

  async rowState(id: number): Promise<State> {
    return (await this.page.locator(`[data-sample="${id}"]`).getAttribute('data-state')) as State;
  }

  /** Presses a key that leads to another sample and waits until that one is on screen. */
  async pressAndMove(key: string): Promise<void> {
    const before = await this.currentId();
    await this.page.keyboard.press(key);
    await this.page.locator(`button[aria-current=true]:not([data-sample="${before}"])`).waitFor();
    await this.ready();
  }

  /** Goes over the next `count` samples and back: the page has them then, and shows them without a host. */
  async lookAhead(count: number): Promise<void> {
    for (let n = 0; n < count; n++) await this.pressAndMove('ArrowRight');
    for (let n = 0; n < count; n++) await this.pressAndMove('ArrowLeft');
  }

  async choose(id: number): Promise<void> {
    await this.page.locator(`[data-sample="${id}"]`).click();
    await this.page.locator(`[data-sample="${id}"][aria-current=true]`).waitFor();
    await this.ready();
  }

  /** Waits until every decision made so far is saved. */
  async saved(): Promise<void> {
    await this.page.locator('[data-save=saved]').waitFor({ timeout: READY_MS });
  }

  /** Draws a line over the middle pane, as shares of its width and height. */
  async stroke(from: readonly [number, number], to: readonly [number, number]): Promise<void> {
    const [a, b] = [await this.#at(from), await this.#at(to)];
    await this.page.mouse.move(...a);
    await this.page.mouse.down();
    await this.page.mouse.move(...b, { steps: 5 });
    await this.page.mouse.up();
  }

  /** What the page says about the token at a place of the middle pane, e.g. `row 3 · col 4 · foreground`. */
  async tokenAt(place: readonly [number, number]): Promise<string> {
    await this.page.mouse.move(0, 0);
    await this.page.mouse.move(...(await this.#at(place)));
    const words = this.page.getByTestId('token').filter({ hasText: 'row' });
    await words.waitFor();
    return ((await words.textContent()) ?? '').trim();
  }

  /** Waits until the page says that a place of the middle pane has this value. */
  async valueIs(place: readonly [number, number], value: string): Promise<void> {
    await this.page.mouse.move(...(await this.#at(place)));
    await this.page.getByTestId('token').filter({ hasText: value }).waitFor();
  }

  async #at([x, y]: readonly [number, number]): Promise<[number, number]> {
    const box = await this.page.locator('section[aria-label="Denoised"] [role=img]').boundingBox();
    if (!box) throw new Error('the pane is not on screen');
    return [box.x + x * box.width, box.y + y * box.height];
  }
}
