/** Drives the pages of one project as a quick reviewer would and gives what the waits were. */
import type { Page } from 'playwright-core';
import { openInBrowserHost } from '../../e2e/support/browser-host.ts';
import type { Chromium } from '../../e2e/support/chromium.ts';
import { ReviewPage } from '../../e2e/support/review-page.ts';
import { measureList } from './lists.ts';
import { measureMemory, type MemoryNumbers } from './memory.ts';
import { percentile, Waits } from './waits.ts';

export interface Scale {
  readonly warmUp: number;
  readonly decided: number;
  readonly walked: number;
  readonly filters: number;
  readonly scrolls: number;
  /** Samples walked past between two looks at the memory. */
  readonly remembered: number;
}

export interface UiNumbers extends MemoryNumbers {
  /** Decision key to the next sample's panes drawn. */
  readonly next_sample_ms_p95: number;
  readonly next_sample_ms_max: number;
  /** Longest time between two frames while a list scrolls: the worse of queue and gallery. */
  readonly scroll_frame_ms_max: number;
  readonly queue_scroll_frame_ms_max: number;
  readonly gallery_scroll_frame_ms_max: number;
  readonly gallery_scroll_frame_ms_p95: number;
  /** Choice of a filter or an order to the rows drawn: the worst of the four below. */
  readonly filter_ms_p95: number;
  readonly queue_filter_ms_p95: number;
  readonly queue_sort_ms_p95: number;
  readonly gallery_filter_ms_p95: number;
  readonly gallery_sort_ms_p95: number;
  /** Choice of the dashboard to every number of it counted anew and drawn. */
  readonly dashboard_ms_p95: number;
}

/** A pause between keys: 10 a second is as quick as a person gets. */
const PAUSE_MS = 60;

export async function measureUi(chromium: Chromium, project: string, scale: Scale): Promise<UiNumbers> {
  // First: deciding leaves revisions behind, which are no leak.
  const memory = await measureMemory(chromium, project, scale.remembered);
  const app = await openInBrowserHost(chromium, project);
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    const waits = await Waits.collect(page);
    await press(page, waits, 'j', scale.warmUp);
    const next = await press(page, waits, 'Enter', scale.decided);
    next.push(...(await press(page, waits, 'j', scale.walked)));
    await review.saved();
    const queue = await measureList(page, waits, 'list', scale);
    await page.getByRole('tab', { name: 'Gallery' }).click();
    await page.locator('[role=option] img').first().waitFor();
    const gallery = await measureList(page, waits, 'listbox', scale);
    const dashboard = await openDashboard(page, waits, Math.ceil(scale.filters / 2));
    if (app.complaints.length > 0) throw new Error(`the page complained: ${app.complaints.join('; ')}`);
    return {
      next_sample_ms_p95: percentile(next, 0.95),
      next_sample_ms_max: percentile(next, 1),
      scroll_frame_ms_max: Math.max(queue.scroll_frame_ms_max, gallery.scroll_frame_ms_max),
      queue_scroll_frame_ms_max: queue.scroll_frame_ms_max,
      gallery_scroll_frame_ms_max: gallery.scroll_frame_ms_max,
      gallery_scroll_frame_ms_p95: gallery.scroll_frame_ms_p95,
      filter_ms_p95: Math.max(
        ...[queue, gallery].flatMap(({ filter_ms_p95, sort_ms_p95 }) => [filter_ms_p95, sort_ms_p95]),
      ),
      queue_filter_ms_p95: queue.filter_ms_p95,
      queue_sort_ms_p95: queue.sort_ms_p95,
      gallery_filter_ms_p95: gallery.filter_ms_p95,
      gallery_sort_ms_p95: gallery.sort_ms_p95,
      dashboard_ms_p95: percentile(dashboard, 0.95),
      ...memory,
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
    const refused = page.locator('.notice', { hasText: 'cannot be accepted' });
    const next = waits.next('next-sample');
    const taken = await Promise.race([next, refused.waitFor({ timeout: 0 }).then(() => null)]);
    if (taken !== null) found.push(taken);
    else {
      // A label that a rule dropped cannot be accepted: over it and on, which is no wait of this key's.
      await refused.getByRole('button', { name: 'Dismiss' }).click();
      await page.keyboard.press('j');
      await next;
    }
    await page.waitForTimeout(PAUSE_MS);
  }
  return found;
}

/** There and back to the queue's page, which decisions come from. */
async function openDashboard(page: Page, waits: Waits, times: number): Promise<number[]> {
  const found: number[] = [];
  await waits.clear();
  for (let i = 0; i < times; i++) {
    await page.getByRole('tab', { name: 'Dashboard' }).click();
    found.push(await waits.next('dashboard'));
    await page.getByRole('tab', { name: 'Review' }).click();
    await page.waitForTimeout(PAUSE_MS);
  }
  return found;
}
