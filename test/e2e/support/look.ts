/** Both themes pass axe, and may be looked at: with FOVEA_TEST_SHOTS each is photographed small and large. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { violations } from './axe.ts';

const shots = process.env.FOVEA_TEST_SHOTS;

/** @param name of what is on screen, in messages and files */
export async function look(page: Page, name: string): Promise<void> {
  const before = page.viewportSize();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
    assert.deepEqual(await violations(page), [], `${name}, ${colorScheme}`);
    if (!shots) continue;
    for (const [width, height] of [
      [1280, 720],
      [1600, 900],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.screenshot({ path: join(shots, `${name}-${colorScheme}-${width}.png`) });
    }
  }
  if (before) await page.setViewportSize(before);
}
