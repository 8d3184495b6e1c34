/** Tens of thousands of questions imported from the page: it says how far it is, and cancelled it leaves the project as it was. */
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { pictureNames } from '../support/demo.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { ReviewPage } from './support/review-page.ts';

const LINES = 30_000;

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

test('a long import shows its progress, goes on behind its closed dialog, and is taken back when cancelled', async (t) => {
  const project = await demoProject(t);
  const images = pictureNames(project);
  const file = join(dirname(project), 'many.jsonl');
  writeFileSync(
    file,
    Array.from({ length: LINES }, (_, n) =>
      JSON.stringify({ question_id: `m${n}`, image: images[n % images.length], text: `Which code? ${n}` }),
    ).join('\n'),
  );
  const app = await openInBrowserHost(chromium, project);
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    await page.keyboard.press('Control+i');
    const dialog = page.getByRole('dialog', { name: 'Import pictures and questions' });
    await dialog.getByLabel('Picture folder').fill(join(project, 'images'));
    await dialog.getByLabel('Questions file').fill(file);
    await page.keyboard.press('Enter');
    const bar = dialog.getByRole('progressbar', { name: 'Importing' });
    await dialog.getByText(`/${LINES.toLocaleString('en-US')}`).waitFor();
    assert.equal(await bar.getAttribute('aria-valuemax'), String(LINES));
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.keyboard.press('Control+i');
    await bar.waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.getByText('nothing of it is in the project').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Not labelled 0' }).waitFor();
    await page.getByText('of 120', { exact: false }).first().waitFor();
  } finally {
    await app.close();
  }
});

test('an export asks before it replaces an earlier one, never takes somebody else’s file, and its ending follows the format', async (t) => {
  const project = await demoProject(t);
  const app = await openInBrowserHost(chromium, project);
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    await page.keyboard.press('Control+e');
    const dialog = page.getByRole('dialog', { name: 'Export labels' });
    const path = dialog.getByLabel('File to write');
    assert.equal(await path.inputValue(), `${project}-labels.jsonl`, 'beside the project, not in it');
    const file = join(dirname(project), 'mine.jsonl');
    await path.fill(file);
    await dialog.getByLabel('Include samples nobody has reviewed').check();
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.getByText('samples written').waitFor();
    const first = statSync(file);

    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    const question = dialog.getByRole('alert').filter({ hasText: 'Replace the earlier export?' });
    await question.getByText('as jsonl').waitFor();
    assert.equal(statSync(file).mtimeMs, first.mtimeMs, 'nothing happens before the answer');
    await dialog.getByRole('button', { name: 'Replace it' }).click();
    await question.waitFor({ state: 'detached' });
    await dialog.getByText('samples written').waitFor();
    assert.notEqual(statSync(file).mtimeMs, first.mtimeMs);

    await dialog.getByText('COCO').click();
    assert.equal(await path.inputValue(), join(dirname(project), 'mine.coco.json'));
    await path.fill(join(project, 'project.db'));
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.getByText('inside the project').waitFor();
    const notes = join(dirname(project), 'notes.txt');
    writeFileSync(notes, 'notes');
    await path.fill(notes);
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.getByText('that this project did not export').waitFor();
    assert.equal(readFileSync(notes, 'utf8'), 'notes');
  } finally {
    await app.close();
  }
});
