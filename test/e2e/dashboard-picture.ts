/**
 * Makes docs/dashboard.webp from the real page on the labelled demo project, with decisions of two people in it:
 * `node scripts/node.mjs test/e2e/dashboard-picture.ts`.
 */
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { docsPicture } from './support/docs-picture.ts';
import { ReviewPage } from './support/review-page.ts';
import { varyProject } from './support/varied-project.ts';

const FIRST = 30;
const DECIDED = 40;
/** About as quick as a person looks. */
const LOOK_MS = 700;

process.env.FOVEA_REVIEWER = 'ann';

const endings: (() => void)[] = [];
const project = await demoProject({ after: (end: () => void) => void endings.push(end) } as Parameters<
  typeof demoProject
>[0]);
await varyProject(project);
const chromium = await launchChromium();
const app = await openInBrowserHost(chromium, project);
try {
  const { page } = app;
  await page.setViewportSize({ width: 1600, height: 900 });
  await page.emulateMedia({ colorScheme: 'dark' });
  const review = new ReviewPage(page);
  await review.ready();
  for (let i = 0; i < FIRST; i++) await review.pressAndMove('j');
  for (let i = 0; i < DECIDED; i++) {
    await page.waitForTimeout(LOOK_MS);
    if (i % 8 === 3) await page.keyboard.press('.');
    await review.pressAndMove(i % 8 === 6 ? 'x' : 'Enter');
  }
  await review.saved();
  await page.getByRole('tab', { name: 'Dashboard' }).click();
  await page.getByRole('heading', { name: 'Progress' }).waitFor();
  await page.mouse.move(0, 0);
  await page.waitForTimeout(1500);
  await docsPicture(page, 'dashboard');
} finally {
  await app.close();
  await chromium.close();
  for (const end of endings) end();
}
