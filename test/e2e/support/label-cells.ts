/** Tokens of the label as places on the screen, taken from where the page itself draws its cell cursor. */
import type { Page } from 'playwright-core';

export class LabelCells {
  readonly page: Page;
  /** The cell cursor that is used: the second pane's. */
  readonly cursor;
  #origin = { x: 0, y: 0 };
  #side = { x: 1, y: 1 };

  constructor(page: Page) {
    this.page = page;
    this.cursor = page.getByRole('application').nth(1);
  }

  /** Reads where the grid lies; the picture must stay where it is from now on. */
  async measure(): Promise<void> {
    await this.cursor.focus();
    // A page that was just loaded still finds its sizes: what holds is what is read twice.
    for (let before = ''; ;) {
      await this.#read();
      const now = JSON.stringify([this.#origin, this.#side]);
      if (now === before) break;
      before = now;
      await this.page.waitForTimeout(100);
    }
    await this.page.keyboard.press('Escape');
  }

  async #read(): Promise<void> {
    const rect = this.cursor.locator('rect').last();
    const number = async (name: string) => Number(await rect.getAttribute(name));
    const box = (await this.cursor.boundingBox())!;
    const { row, col } = await this.cursorCell();
    this.#side = { x: await number('width'), y: await number('height') };
    this.#origin = {
      x: box.x + (await number('x')) - col * this.#side.x,
      y: box.y + (await number('y')) - row * this.#side.y,
    };
  }

  /** Where the focused cell cursor is. */
  async cursorCell(): Promise<{ row: number; col: number; value: string }> {
    const words = (await this.cursor.locator('p').textContent()) ?? '';
    const [, row, col, value] = /row (\d+), column (\d+), (\w+)/.exec(words) ?? [];
    return { row: Number(row), col: Number(col), value };
  }

  /** Takes the focused cell cursor to a cell with the arrow keys. */
  async walkTo(row: number, col: number): Promise<void> {
    const at = await this.cursorCell();
    for (let i = at.row; i !== row; i += Math.sign(row - i))
      await this.page.keyboard.press(i < row ? 'ArrowDown' : 'ArrowUp');
    for (let i = at.col; i !== col; i += Math.sign(col - i))
      await this.page.keyboard.press(i < col ? 'ArrowRight' : 'ArrowLeft');
  }

  /** The middle of a cell; fractions lead to its sides. */
  at(row: number, col: number): [x: number, y: number] {
    return [this.#origin.x + (col + 0.5) * this.#side.x, this.#origin.y + (row + 0.5) * this.#side.y];
  }

  /** Presses on one cell, drags to others, lets go. */
  async drag(...cells: readonly (readonly [row: number, col: number])[]): Promise<void> {
    await this.page.mouse.move(...this.at(...cells[0]));
    await this.page.mouse.down();
    for (const cell of cells.slice(1)) await this.page.mouse.move(...this.at(...cell), { steps: 4 });
    await this.page.mouse.up();
  }

  async click(row: number, col: number): Promise<void> {
    await this.page.mouse.click(...this.at(row, col));
  }

  /** How many tokens the page says differ from the predicted label. */
  async changed(): Promise<number> {
    return Number(await this.page.locator('[data-changed]').getAttribute('data-changed'));
  }

  /** Waits until that many tokens differ. */
  async changedIs(count: number): Promise<void> {
    await this.page.locator(`[data-changed="${count}"]`).waitFor({ state: 'attached' });
  }
}
