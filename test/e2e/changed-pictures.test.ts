/** Pictures that are gone or were replaced: said where they are missed, never accepted blind, led back or decided about. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { readImageSize } from '../../src-main/checkpoint/image/decode.ts';
import { read, write } from '../../src-main/store/db.ts';
import { openProject } from '../../src-main/store/file/project.ts';
import { writePng } from '../support/scenes.ts';
import { violations } from './support/axe.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { newWindow } from './support/new-window.ts';
import { ReviewPage } from './support/review-page.ts';

const LABELLED_MS = 120_000;
const shots = process.env.FOVEA_TEST_SHOTS;

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

/** The demo with its pictures outside of the project, as people have them. */
function picturesOutside(path: string): { folder: string; first: string; second: string } {
  const project = openProject(path);
  const folder = join(dirname(path), 'photos');
  const [{ dir }] = read<{ dir: string }>(project.db, 'SELECT path AS dir FROM root').all();
  renameSync(join(path, dir, 'images'), join(dirname(path), 'images'));
  mkdirSync(folder);
  renameSync(join(dirname(path), 'images'), join(folder, 'images'));
  write(project.db, 'UPDATE root SET path = ?, resolved = ?').run(folder, folder);
  const pathOf = (sample: number): string =>
    join(
      folder,
      read<{ path: string }>(
        project.db,
        'SELECT i.path FROM sample s JOIN image i ON i.id = s.image_id WHERE s.id = ?',
      ).get(sample)!.path,
    );
  const found = { folder, first: pathOf(1), second: pathOf(4) };
  project.close();
  return found;
}

test('a moved folder is said with its path, looked for, and relinked; nothing is accepted blind meanwhile', async (t) => {
  const path = await demoProject(t);
  process.env.FOVEA_HOME = dirname(path);
  const { folder } = picturesOutside(path);
  const moved = join(dirname(path), 'moved');
  renameSync(folder, moved);
  const app = await openInBrowserHost(chromium, path);
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    const banner = page.getByRole('status', { name: 'Pictures' });
    await banner.getByText(/^All \d+ pictures are missing\.$/).waitFor();
    await banner.getByText(folder).waitFor();
    const first = await review.currentId();
    await page.keyboard.press('Enter');
    await page.getByText(/This cannot be accepted: its picture cannot be shown/).waitFor();
    assert.equal(await review.currentId(), first);
    assert.equal(await review.rowState(first), 'pending');
    // Rejecting stays possible, and is taken back for what follows.
    await review.pressAndMove('x');
    await review.saved();
    assert.equal(await review.rowState(first), 'rejected');
    for (const theme of ['light', 'dark'] as const) {
      await page.locator('html').evaluate((html, value) => html.setAttribute('data-theme', value), theme);
      assert.deepEqual(await violations(page), []);
      if (shots) await page.screenshot({ path: join(shots, `missing-${theme}.png`) });
    }

    await banner.getByRole('button', { name: 'Choose the new folder…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Relink a moved picture folder' });
    assert.equal(await dialog.getByLabel('Folder the pictures were imported from').inputValue(), folder);
    await dialog.getByLabel('Where they are now').fill(moved);
    await dialog.getByRole('button', { name: 'Look there' }).click();
    await dialog.getByText(/^\d+ found with the same size$/).waitFor();
    await dialog.getByText('Nothing has changed yet').waitFor();
    if (shots) await page.screenshot({ path: join(shots, 'relink-plan.png') });
    assert.deepEqual(await violations(page), []);
    await dialog.getByRole('button', { name: 'Relink', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await banner.waitFor({ state: 'detached' });
    await review.ready();
    await review.pressAndMove('Enter');
    await review.saved();
    // While pictures were missing the page asked for them in vain.
    assert.deepEqual(
      app.complaints.filter((words) => !/404/.test(words)),
      [],
    );
  } finally {
    await app.close();
  }
});

test('a replaced picture is marked over its old label, not accepted, kept or labelled again', async (t) => {
  const path = await demoProject(t);
  process.env.FOVEA_HOME = dirname(path);
  const { first, second } = picturesOutside(path);
  const [width, height] = await readImageSize(first);
  await writePng(first, height, width + 8);
  copyFileSync(second, `${second}.before`);
  const [w, h] = await readImageSize(second);
  await writePng(second, w, h);
  const app = await openInBrowserHost(chromium, path);
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    await review.choose(1);
    const mark = page.getByTestId('picture-changed');
    await mark
      .getByText(`The picture changed from ${width} × ${height} to ${height} × ${width + 8} px`)
      .waitFor();
    assert.ok(await mark.getByRole('button', { name: 'Keep the label' }).isDisabled());
    await page.keyboard.press('Enter');
    await page.getByText(/This cannot be accepted: its picture changed/).waitFor();
    assert.equal(await review.rowState(1), 'pending');
    const banner = page.getByRole('status', { name: 'Pictures' });
    await banner.getByText(/labelled before their picture changed/).waitFor();
    await page.locator('[data-sample="1"] [data-picture=changed]').waitFor();
    for (const theme of ['light', 'dark'] as const) {
      await page.locator('html').evaluate((html, value) => html.setAttribute('data-theme', value), theme);
      assert.deepEqual(await violations(page), []);
      if (shots) await page.screenshot({ path: join(shots, `changed-${theme}.png`) });
    }

    // The same size: a person may say that the label holds.
    await review.choose(4);
    await mark.getByRole('button', { name: 'Keep the label' }).click();
    await mark.waitFor({ state: 'detached' });
    await review.ready();

    await review.choose(1);
    await mark.getByRole('button', { name: 'Label again' }).click();
    await mark.waitFor({ state: 'detached', timeout: LABELLED_MS });
    await review.ready();
    await page.getByText(`${height} × ${width + 8} px`).waitFor();
    assert.deepEqual(app.complaints, []);
    rmSync(`${second}.before`);
  } finally {
    await app.close();
  }
});

test('what is said of a picture in one window is heard in the other, which shows the sample', async (t) => {
  const path = await demoProject(t);
  process.env.FOVEA_HOME = dirname(path);
  const { first } = picturesOutside(path);
  const app = await openInBrowserHost(chromium, path);
  t.after(() => app.close());
  const other = await newWindow(app.page);
  await other.goto(app.page.url());
  for (const page of [other, app.page]) {
    await page.bringToFront();
    await new ReviewPage(page).ready();
    await new ReviewPage(page).choose(1);
  }
  const [width, height] = await readImageSize(first);
  await writePng(first, width, height);
  await app.page.reload();
  const here = app.page.getByTestId('picture-changed');
  await here.waitFor();
  await other.bringToFront();
  await other.reload();
  const there = other.getByTestId('picture-changed');
  await there.waitFor();
  await app.page.bringToFront();
  await here.getByRole('button', { name: 'Keep the label' }).click();
  await here.waitFor({ state: 'detached' });
  await other.bringToFront();
  await there.waitFor({ state: 'detached' });
  await new ReviewPage(other).pressAndMove('Enter');
  await new ReviewPage(other).saved();
});
