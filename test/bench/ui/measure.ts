/** Drives the review page of one project as a quick reviewer would and gives what the waits were. */
import type { Page } from 'playwright-core';
import { openInBrowserHost } from '../../e2e/support/browser-host.ts';
import type { Chromium } from '../../e2e/support/chromium.ts';
import { ReviewPage } from '../../e2e/support/review-page.ts';
import { percentile, Waits } from './waits.ts';

export interface Scale {
  readonly warmUp: number;
  readonly decided: number;
  readonly walked: number;
  readonly filters: number;
  readonly scrolls: number;
}

export interface UiNumbers {
  /** Decision key to the next sample's panes drawn. */
  readonly next_sample_ms_p95: number;
  readonly next_sample_ms_max: number;
  /** Longest time between two frames while the queue scrolls. */
  readonly scroll_frame_ms_max: number;
  /** Click on a filter to the rows drawn. */
  readonly filter_ms_p95: number;
  /** JS heap after `decided + walked` samples against after `warmUp`, garbage collected before both. */
  readonly heap_growth_mb: number;
}

/** The page's; the code that uses it runs there. */
declare const requestAnimationFrame: (task: () => void) => number;

/** A pause between keys: 10 a second is as quick as a person gets. */
const PAUSE_MS = 60;

export async function measureUi(chromium: Chromium, project: string, scale: Scale): Promise<UiNumbers> {
  const app = await openInBrowserHost(chromium, project);
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    const waits = await Waits.collect(page);
    await press(page, waits, 'j', scale.warmUp);
    const heapBefore = await heapMb(page);
    const next = await press(page, waits, 'Enter', scale.decided);
    next.push(...(await press(page, waits, 'j', scale.walked)));
    await review.saved();
    const heapAfter = await heapMb(page);
    const scroll = await scrollFrames(page, scale.scrolls);
    const filter = await filters(page, waits, scale.filters);
    if (app.complaints.length > 0) throw new Error(`the page complained: ${app.complaints.join('; ')}`);
    return {
      next_sample_ms_p95: percentile(next, 0.95),
      next_sample_ms_max: percentile(next, 1),
      scroll_frame_ms_max: percentile(scroll, 1),
      filter_ms_p95: percentile(filter, 0.95),
      heap_growth_mb: heapAfter - heapBefore,
    };
  } finally {
    await app.close();
  }
}

async function press(page: Page, waits: Waits, key: string, times: number): Promise<number[]> {
  const found: number[] = [];
  await waits.clear();
  for (let i = 0; i < times; i++) {
    await page.keyboard.press(key);
    found.push(await waits.next('next-sample'));
    await page.waitForTimeout(PAUSE_MS);
  }
  return found;
}

/** Milliseconds between frames while the wheel turns over the queue. */
async function scrollFrames(page: Page, times: number): Promise<number[]> {
  const box = await page.getByRole('list').first().boundingBox();
  if (!box) throw new Error('the queue is not on screen');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
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
          if (now - start < ms) requestAnimationFrame(frame);
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

/** States on and off, drops and languages in turn. */
async function filters(page: Page, waits: Waits, times: number): Promise<number[]> {
  const found: number[] = [];
  const state = page.locator('[data-filter=pending]');
  const dropped = page.getByLabel('Dropped or kept');
  const steps = [
    () => state.click(),
    () => dropped.selectOption('dropped'),
    () => state.click(),
    () => dropped.selectOption('any'),
  ];
  for (let i = 0; i < times; i++) {
    await waits.clear();
    await steps[i % steps.length]!();
    found.push(await waits.next('filter'));
    await page.waitForTimeout(PAUSE_MS);
  }
  return found;
}

async function heapMb(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize / 1e6;
}
