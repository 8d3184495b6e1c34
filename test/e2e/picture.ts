/**
 * Makes docs/review-page.webp and docs/gallery.webp from the real page on the labelled demo project:
 * `node scripts/node.mjs test/e2e/picture.ts`. For the first it looks for a sample worth showing: kept, in English, and
 * answered right only with the crop.
 */
import type { Page } from 'playwright-core';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { docsPicture } from './support/docs-picture.ts';
import { onlyLanguage } from './support/filter-panel.ts';
import { ReviewPage } from './support/review-page.ts';

const LOOKED_AT = 60;
const THUMBNAILS_MS = 3000;

const endings: (() => void)[] = [];
const project = await demoProject({ after: (end: () => void) => void endings.push(end) } as Parameters<
  typeof demoProject
>[0]);
const chromium = await launchChromium();
const app = await openInBrowserHost(chromium, project);
try {
  const { page } = app;
  await page.setViewportSize({ width: 1600, height: 900 });
  await page.emulateMedia({ colorScheme: 'dark' });
  const review = new ReviewPage(page);
  await review.ready();
  await onlyLanguage(page, 'en');
  await page.getByLabel('Dropped or kept').selectOption('kept');
  await page.getByLabel('Search question, answer, id').blur();
  if ((await page.getByText('No sample matches this filter.').count()) > 0) {
    await page.getByLabel('Dropped or kept').selectOption('any');
  }
  await review.ready();
  for (const key of ['Enter', 'Enter', 'x', 'Enter', 'Enter']) await review.pressAndMove(key);
  await showGoodSample(review);
  await page.keyboard.press('t');
  const box = await page.getByRole('region', { name: 'Denoised' }).getByRole('img').boundingBox();
  if (box) await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.45);
  await review.saved();
  await docsPicture(page, 'review-page');
  await showGallery(page);
  await docsPicture(page, 'gallery');
} finally {
  await app.close();
  await chromium.close();
  for (const end of endings) end();
}

/** The same filter by disagreement of label and RPN, in the light theme. */
async function showGallery(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.keyboard.press('Alt+g');
  await page.getByLabel('Order', { exact: true }).selectOption('disagreement');
  await page
    .getByRole('listbox', { name: /samples$/ })
    .getByRole('option')
    .first()
    .waitFor();
  // It is at the sample that Review showed: the picture is of those that disagree most.
  const list = page.getByRole('listbox', { name: /samples$/ });
  await list.evaluate('(list) => { for (let one = list; one; one = one.parentElement) one.scrollTop = 0; }');
  // Thumbnails are made as they come into sight.
  await page.waitForTimeout(THUMBNAILS_MS);
}

/** Goes through the queue and back to the sample that shows most. */
async function showGoodSample(review: ReviewPage): Promise<void> {
  const scores: number[] = [];
  const list = await review.page.getByRole('list', { name: / samples$/ }).getAttribute('aria-label');
  const listed = Number(/^(\d+) /.exec(list ?? '')?.[1]);
  await review.page.keyboard.press('Home');
  for (;;) {
    scores.push(await score(review));
    // After the last one comes the end of the list.
    if (scores.length >= Math.min(LOOKED_AT, listed)) break;
    await review.pressAndMove('j');
  }
  const best = scores.indexOf(Math.max(...scores));
  for (let at = scores.length - 1; at > best; at--) await review.pressAndMove('k');
}

/** One whose answer the crop makes right, and of those the one whose label lies best on the truth. */
async function score({ page }: ReviewPage): Promise<number> {
  if ((await page.locator('button[aria-current=true] [data-outcome=fixed]').count()) === 0) return 0;
  const iou = page
    .locator('dt', { hasText: 'IoU with true tokens' })
    .locator('xpath=following-sibling::dd[1]');
  return (await iou.count()) === 0 ? 1 : 1 + Number(/([\d.]+)%/.exec(await iou.innerText())?.[1] ?? 0);
}
