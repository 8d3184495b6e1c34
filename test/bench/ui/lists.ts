/** The two lists of samples, the queue and the gallery: scrolled by the wheel, filtered and sorted by their controls. */
import type { Page } from 'playwright-core';
import { SORTS } from '../../../src-renderer/queue/filters.ts';
import { percentile, type Waits } from './waits.ts';

export interface ListNumbers {
  /** Longest time between two frames while it scrolls; the p95 is of all frames. */
  readonly scroll_frame_ms_max: number;
  readonly scroll_frame_ms_p95: number;
  /** Choice of a filter, or of an order, to the rows drawn. */
  readonly filter_ms_p95: number;
  readonly sort_ms_p95: number;
}

/** The page's; the code that uses it runs there. */
declare const requestAnimationFrame: (task: () => void) => number;

/** Between two choices: long enough for what follows from one to be over. */
const PAUSE_MS = 60;

/** @param role of the list on screen: `list` is the queue, `listbox` the gallery */
export async function measureList(
  page: Page,
  waits: Waits,
  role: 'list' | 'listbox',
  scale: { readonly scrolls: number; readonly filters: number },
): Promise<ListNumbers> {
  const frames = await scrollFrames(page, role, scale.scrolls);
  const filter = await choices(page, waits, 'filter', filterSteps(page), scale.filters);
  const sort = await choices(page, waits, 'sort', sortSteps(page), scale.filters);
  return {
    scroll_frame_ms_max: percentile(frames, 1),
    scroll_frame_ms_p95: percentile(frames, 0.95),
    filter_ms_p95: percentile(filter, 0.95),
    sort_ms_p95: percentile(sort, 0.95),
  };
}

/** Milliseconds between frames while the wheel turns: a few rows at a time, and now and then a long way. */
async function scrollFrames(page: Page, role: 'list' | 'listbox', times: number): Promise<number[]> {
  const box = await page.getByRole(role).first().boundingBox();
  if (!box) throw new Error(`no ${role} is on screen`);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.waitForTimeout(500);
  const frames = page.evaluate(
    (ms) =>
      new Promise<number[]>((resolve) => {
        const gaps: number[] = [];
        const start = performance.now();
        let last = start;
        const frame = (): void => {
          const now = performance.now();
          gaps.push(now - last);
          last = now;
          // The first says nothing, and on a busy machine there may be no other by then.
          if (now - start < ms || gaps.length < 3) requestAnimationFrame(frame);
          else resolve(gaps.slice(1));
        };
        requestAnimationFrame(frame);
      }),
    times * 20,
  );
  for (let i = 0; i < times; i++) {
    await page.mouse.wheel(0, i % 40 === 39 ? 40_000 : 300);
    await page.waitForTimeout(16);
  }
  return frames;
}

async function choices(
  page: Page,
  waits: Waits,
  name: 'filter' | 'sort',
  steps: readonly (() => Promise<unknown>)[],
  times: number,
): Promise<number[]> {
  const found: number[] = [];
  // Whole rounds of the four filters: nothing stays filtered.
  for (let i = 0; i < Math.ceil(times / 4) * 4; i++) {
    await waits.clear();
    await steps[i % steps.length]!();
    found.push(await waits.next(name));
    await page.waitForTimeout(PAUSE_MS);
  }
  return found;
}

/** States and drops on and off in turn. */
function filterSteps(page: Page): (() => Promise<unknown>)[] {
  const state = page.locator('[data-filter=pending]');
  const dropped = page.getByLabel('Dropped or kept');
  return [
    () => state.click(),
    () => dropped.selectOption('dropped'),
    () => state.click(),
    () => dropped.selectOption('any'),
  ];
}

/** Every order, both ways round; the one it begins with comes last. */
function sortSteps(page: Page): (() => Promise<unknown>)[] {
  const order = page.getByLabel('Order', { exact: true });
  const turn = page.getByRole('button', { name: /reverse$/ });
  return [...SORTS.slice(1), SORTS[0]!].flatMap(({ by }) => [
    () => order.selectOption(by),
    () => turn.click(),
  ]);
}
