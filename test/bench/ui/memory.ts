/** What stays in memory after walking past thousands of samples. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { openInBrowserHost } from '../../e2e/support/browser-host.ts';
import type { Chromium } from '../../e2e/support/chromium.ts';
import { ReviewPage } from '../../e2e/support/review-page.ts';
import { Waits } from './waits.ts';

export interface MemoryNumbers {
  /**
   * JS heap, its array buffers and the DOM's heap after the walk against before it, garbage collected before both;
   * what is kept for the way back and ahead is there at the start.
   */
  readonly heap_growth_mb: number;
  /** DOM nodes, likewise. */
  readonly dom_nodes_growth: number;
  /**
   * Shared memory of Chromium's processes, where decoded pictures lie, likewise; 0 where the system does not tell. Not
   * all of their memory: while Playwright listens, Chromium keeps the bodies of hundreds of responses for it.
   */
  readonly picture_growth_mb: number;
}

/** Samples walked past before the first look: what is kept for the way back and ahead is there by then. */
const WARM_UP = 520;

/** Goes to `samples` samples one after the other, to and fro where the project has fewer. */
export async function measureMemory(
  chromium: Chromium,
  project: string,
  samples: number,
): Promise<MemoryNumbers> {
  const app = await openInBrowserHost(chromium, project);
  try {
    const { page } = app;
    await new ReviewPage(page).ready();
    const waits = await Waits.collect(page);
    await walk(page, waits, Math.min(WARM_UP, samples));
    const before = await memoryOf(chromium, page);
    await walk(page, waits, samples);
    const after = await memoryOf(chromium, page);
    if (app.complaints.length > 0) throw new Error(`the page complained: ${app.complaints.join('; ')}`);
    return {
      heap_growth_mb: after.heapMb - before.heapMb,
      dom_nodes_growth: after.nodes - before.nodes,
      picture_growth_mb: after.pictureMb - before.pictureMb,
    };
  } finally {
    await app.close();
  }
}

/** On to the end, then back, as often as it takes. */
async function walk(page: Page, waits: Waits, samples: number): Promise<void> {
  const place = async (): Promise<[number, number]> => {
    const row = page.locator('[role=listitem]:has(button[aria-current=true])');
    return [Number(await row.getAttribute('aria-posinset')), Number(await row.getAttribute('aria-setsize'))];
  };
  const [first, total] = await place();
  let at = first;
  let key = 'j';
  for (let n = 0; n < samples; n++) {
    if (at === total) key = 'k';
    if (at === 1) key = 'j';
    await waits.clear();
    await page.keyboard.press(key);
    await waits.next('next-sample');
    at += key === 'j' ? 1 : -1;
  }
}

const processesSchema = z.object({ processInfo: z.array(z.object({ id: z.number().int() })) });

async function memoryOf(
  chromium: Chromium,
  page: Page,
): Promise<{ heapMb: number; nodes: number; pictureMb: number }> {
  // What is fetched ahead is here by then.
  await page.waitForTimeout(2000);
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, embedderHeapUsedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage');
  const { nodes } = await session.send('Memory.getDOMCounters');
  await session.detach();
  const whole = await chromium.browser.newBrowserCDPSession();
  const { processInfo } = processesSchema.parse(await whole.send('SystemInfo.getProcessInfo'));
  await whole.detach();
  return {
    heapMb: (usedSize + embedderHeapUsedSize + backingStorageSize) / 1e6,
    nodes,
    pictureMb: processInfo.reduce((sum, { id }) => sum + sharedMb(id), 0),
  };
}

/** A process' part of shared memory, in MB; 0 where there is no `/proc`. */
function sharedMb(pid: number): number {
  try {
    const found = /^Pss_Shmem:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    return found ? (Number(found[1]) * 1024) / 1e6 : 0;
  } catch {
    return 0;
  }
}
