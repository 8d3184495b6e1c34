/** A project that cannot be written: the page says so and why, keys say so instead of doing nothing, exporting works. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { openProject } from '../../src-main/store/file/project.ts';
import { newestRevisionId, reviewHistory } from '../../src-main/store/reviews/review.ts';
import { violations } from './support/axe.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { HOSTS } from './support/hosts.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

for (const [name, open] of Object.entries(HOSTS)) {
  test(`${name}: a read-only project is said to be one, and opens for writing once it may be written`, async (t) => {
    const project = await demoProject(t);
    execFileSync('chmod', ['-R', 'a-w', project]);
    const app = await open(chromium, project);
    let id: number;
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      id = await review.currentId();
      const banner = page.locator('[data-read-only]');
      await banner.getByText('The project is read-only, open for looking and exporting').waitFor();
      await banner.getByText('copy the project elsewhere and open the copy').waitFor();
      if (process.env.FOVEA_SHOTS)
        await page.screenshot({ path: join(process.env.FOVEA_SHOTS, `${name}.png`) });
      assert.deepEqual(await violations(page), []);
      await page.getByText('Read-only', { exact: true }).waitFor();
      for (const key of ['x', 'Enter', '.', '7']) {
        await page.keyboard.press(key);
        const notice = page.getByRole('group', { name: 'Read-only: open for looking and exporting' });
        await notice.waitFor();
        await notice.getByRole('button', { name: 'Dismiss' }).click();
        await notice.waitFor({ state: 'detached' });
        assert.equal(await review.currentId(), id, `${key} stays on the sample`);
      }
      await page.keyboard.press('ArrowRight');
      await page.locator(`button[aria-current=true]:not([data-sample="${id}"])`).waitFor();
      await page.keyboard.press('ArrowLeft');
      await page.locator(`button[aria-current=true][data-sample="${id}"]`).waitFor();
      await review.ready();
      execFileSync('chmod', ['-R', 'u+w', project]);
      await banner.getByRole('button', { name: 'Try again' }).click();
      await banner.waitFor({ state: 'detached' });
      await review.ready();
      await page.keyboard.press('x');
      await review.saved();
    } finally {
      await app.close();
      execFileSync('chmod', ['-R', 'u+w', project]);
    }
    const { db, close } = openProject(project);
    t.after(close);
    assert.deepEqual(
      reviewHistory(db, id).map(({ decision }) => decision),
      ['reject'],
    );
  });
}

test('a disk that fills up: the page says that nothing is saved, keeps what is decided, and saves it later', async (t) => {
  const made = await demoProject(t);
  const disk = join(dirname(made), 'disk');
  mkdirSync(disk);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk]).status !== 0) {
    t.skip('nobody may mount here');
    return;
  }
  const project = join(disk, 'project');
  const filler = join(disk, 'filler');
  const decided: number[] = [];
  try {
    cpSync(made, project, { recursive: true });
    const app = await openInBrowserHost(chromium, project);
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      decided.push(await review.currentId());
      await page.keyboard.press('x');
      await review.saved();
      for (let size = 1 << 20; size >= 1; size >>= 1) {
        try {
          for (;;) writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
        } catch {
          // A smaller piece may still fit.
        }
      }
      const banner = page.getByRole('alert').filter({ hasText: 'Not saved: ' });
      // What is left of a page of the log may take one more.
      while ((await banner.count()) === 0) {
        await review.ready();
        decided.push(await review.currentId());
        await page.keyboard.press('x');
        await page.waitForTimeout(300);
      }
      await banner.getByText('kept on this page').waitFor();
      rmSync(filler);
      await banner.waitFor({ state: 'detached', timeout: 30_000 });
      await review.saved();
    } finally {
      await app.close();
    }
    const { db, close } = openProject(project);
    for (const id of decided) {
      assert.deepEqual(
        reviewHistory(db, id).map(({ decision }) => decision),
        ['reject'],
      );
    }
    assert.equal(newestRevisionId(db), decided.length);
    close();
  } finally {
    spawnSync('umount', [disk]);
    assert.ok(existsSync(disk));
  }
});
