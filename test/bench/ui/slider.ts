/** Drags the recipe's sliders of a project whose maps have a given grid, with four panes on screen. */
import assert from 'node:assert/strict';
import { openInBrowserHost } from '../../e2e/support/browser-host.ts';
import type { Chromium } from '../../e2e/support/chromium.ts';
import { ReviewPage } from '../../e2e/support/review-page.ts';
import { percentile, Waits } from './waits.ts';

export interface SliderNumbers {
  /** Work on one turn: the handler, what follows from it, and drawing. */
  readonly ms_p95: number;
  /** From the turn to the frame that shows it. */
  readonly shown_ms_p95: number;
}

const DIALS = ['Sink threshold', 'Foreground', 'Background', 'Area limit', 'RoI threshold'];

/** @param turns per slider */
export async function measureSlider(
  chromium: Chromium,
  project: string,
  turns: number,
): Promise<SliderNumbers> {
  const app = await openInBrowserHost(chromium, project);
  try {
    const { page } = app;
    await new ReviewPage(page).ready();
    await page.getByRole('button', { name: /^Number and arrangement of panes/ }).click();
    await page.getByRole('menuitemradio', { name: '4 panes' }).click();
    await page.getByRole('tab', { name: 'Recipe' }).click();
    await page.getByRole('slider', { name: 'Foreground', exact: true }).waitFor();
    assert.equal(await page.locator('section.pane').count(), 4);
    const waits = await Waits.collect(page);
    const work: number[] = [];
    const shown: number[] = [];
    for (const name of DIALS) {
      const box = await page.getByRole('slider', { name, exact: true }).boundingBox();
      assert.ok(box);
      const y = box.y + box.height / 2;
      await page.mouse.move(box.x + box.width * 0.2, y);
      await page.mouse.down();
      await page.waitForTimeout(100);
      await waits.clear();
      for (let turn = 1; turn <= turns; turn++) {
        // To and fro: every step is a turn.
        await page.mouse.move(box.x + box.width * (turn % 2 ? 0.25 + (0.6 * turn) / turns : 0.2), y);
        work.push(await waits.next('recipe'));
        shown.push(await waits.next('recipe-shown'));
      }
      await page.mouse.up();
    }
    if (app.complaints.length > 0) throw new Error(`the page complained: ${app.complaints.join('; ')}`);
    return { ms_p95: percentile(work, 0.95), shown_ms_p95: percentile(shown, 0.95) };
  } finally {
    await app.close();
  }
}
