/** The project's database is replaced under an open page: saving stops loudly, and nothing decided meanwhile is lost. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { openProject } from '../../src-main/store/file/project.ts';
import { reviewHistory } from '../../src-main/store/reviews/review.ts';
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

/** Puts a copy's database where the original's lies, as a sync tool does. */
function restore(project: string, copy: string): void {
  renameSync(join(copy, 'project.db'), join(project, 'project.db'));
  for (const ending of ['-wal', '-shm']) rmSync(join(project, `project.db${ending}`), { force: true });
}

for (const [name, open] of Object.entries(HOSTS)) {
  test(`${name}: an older database is put back: the page says so, and saves in it once it is opened again`, async (t) => {
    const project = await demoProject(t);
    const copy = join(dirname(project), 'copy');
    cpSync(project, copy, { recursive: true });
    const app = await open(chromium, project);
    let first: number;
    let second: number;
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      first = await review.currentId();
      await page.keyboard.press('x');
      await review.saved();
      restore(project, copy);
      second = await review.currentId();
      await page.keyboard.press('x');
      const banner = page.getByRole('alert').filter({ hasText: 'was replaced, moved or deleted' });
      await banner.waitFor();
      await page.getByText('1 not saved').waitFor();
      await banner.getByRole('button', { name: 'Open it again' }).click();
      await banner.waitFor({ state: 'detached' });
      await review.saved();
    } finally {
      await app.close();
    }
    const { db, close } = openProject(project);
    t.after(close);
    assert.deepEqual(
      reviewHistory(db, second).map(({ decision }) => decision),
      ['reject'],
    );
    assert.deepEqual(reviewHistory(db, first), [], 'the older state is the one that was put there');
  });
}

test('an older state is written into the open file: the page says so by itself, and saves in it once it is opened again', async (t) => {
  const project = await demoProject(t);
  const copy = join(dirname(project), 'copy');
  cpSync(project, copy, { recursive: true });
  const app = await openInBrowserHost(chromium, project);
  let first: number;
  let second: number;
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    first = await review.currentId();
    await page.keyboard.press('x');
    await review.saved();
    execFileSync('cp', [join(copy, 'project.db'), join(project, 'project.db')]);
    const banner = page.getByRole('alert').filter({ hasText: 'was replaced, moved or deleted' });
    await banner.waitFor();
    second = await review.currentId();
    await page.keyboard.press('x');
    await page.getByText('1 not saved').waitFor();
    await banner.getByRole('button', { name: 'Open it again' }).click();
    await banner.waitFor({ state: 'detached' });
    await review.saved();
  } finally {
    await app.close();
  }
  const { db, close } = openProject(project);
  t.after(close);
  assert.equal(db.pragma('integrity_check(1)', { simple: true }), 'ok');
  assert.deepEqual(
    reviewHistory(db, second).map(({ decision }) => decision),
    ['reject'],
  );
  assert.deepEqual(reviewHistory(db, first), [], 'the older state is the one that was put there');
});

test('another project is put in its place: nothing is written to it', async (t) => {
  const project = await demoProject(t);
  const other = join(dirname(project), 'other');
  cpSync(project, other, { recursive: true });
  const changed = openProject(other);
  changed.db.exec("UPDATE sample SET external_id = 'x' || external_id");
  changed.close();
  const app = await openInBrowserHost(chromium, project);
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    restore(project, other);
    await page.keyboard.press('x');
    const banner = page.getByRole('alert').filter({ hasText: 'was replaced, moved or deleted' });
    await banner.getByRole('button', { name: 'Open it again' }).click();
    await banner.getByText('this is another project now').waitFor();
    await page.getByText('1 not saved').waitFor();
  } finally {
    await app.close();
  }
  const { db, close } = openProject(project);
  t.after(close);
  assert.equal(db.prepare('SELECT COUNT(*) FROM review').pluck().get(), 0);
});
