/** Pictures of the documentation: what a page shows, as WebP, which a clone of the repository carries at a fifth of PNG's size. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { root } from '../../../scripts/lib/paths.mjs';

/** Small text stays sharp. */
const QUALITY = 88;

/** Writes docs/NAME.webp. */
export async function docsPicture(page: Page, name: string): Promise<void> {
  await sharp(await page.screenshot())
    .webp({ quality: QUALITY, effort: 6 })
    .toFile(join(root, 'docs', `${name}.webp`));
}
