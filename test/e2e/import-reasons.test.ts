/** What an import leaves out: said by kind, with lines, in the colour of failure, to be copied; and seen when the dialog was closed. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { pictureNames } from '../support/demo.ts';
import { violations } from './support/axe.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

const line = (id: string, image: string, text = 'Which code?'): string =>
  JSON.stringify({ question_id: id, image, text });
const colour = (page: Page, where: string): Promise<string> =>
  page.evaluate(`getComputedStyle(document.querySelector(${JSON.stringify(where)})).borderLeftColor`);

test('failed rows are told by kind with their lines and values, never in green, and can be copied', async (t) => {
  const project = await demoProject(t);
  const images = pictureNames(project);
  const file = join(dirname(project), 'mixed.jsonl');
  const lines = [line('n1', images[0]), 'rubbish', line('n2', 'gone.png'), line('n3', images[1], ' ')];
  writeFileSync(file, [...lines, line('n4', 'gone-too.png')].join('\n'));
  const app = await openInBrowserHost(chromium, project);
  try {
    const { page } = app;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await new ReviewPage(page).ready();
    const dialog = page.getByRole('dialog', { name: 'Import pictures and questions' });
    const start = async (questions: string): Promise<void> => {
      await page.keyboard.press('Control+i');
      await dialog.getByLabel('Picture folder').fill(join(project, 'images'));
      await dialog.getByLabel('Questions file').fill(questions);
      await page.keyboard.press('Enter');
    };
    await start(file);
    const report = dialog.getByRole('alert');
    await report.getByText('1 added, 0 already there, 4 failed.').waitFor();
    const kinds = await report.getByRole('listitem').allInnerTexts();
    assert.match(kinds[0], /2 rows.*missing[^]*line 3\s+"gone\.png"[^]*line 5\s+"gone-too\.png"/);
    assert.ok(kinds.some((text) => /1 row: not valid JSON[^]*line 2/.test(text)));
    assert.ok(kinds.some((text) => /1 row: text: expected some text[^]*line 4/.test(text)));
    const danger = await colour(page, '[role=dialog] [role=alert], dialog [role=alert]');
    assert.deepEqual(await violations(page), []);

    await report.getByRole('button', { name: 'Copy' }).click();
    await report.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    assert.match(copied, /^2 rows: .+\n {2}mixed\.jsonl line 3: "gone\.png"\n {2}mixed\.jsonl line 5: /);

    writeFileSync(file, lines[0]);
    await start(file);
    await dialog.getByRole('status').getByText('0 added, 1 already there, 0 failed.').waitFor();
    assert.notEqual(await colour(page, 'dialog [role=status]'), danger);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+i');
    assert.equal(await dialog.getByRole('status').count(), 0, 'what was read is not shown again');
  } finally {
    await app.close();
  }
});

test('an import that ends behind its closed dialog says so, and shows why when asked', async (t) => {
  const project = await demoProject(t);
  const images = pictureNames(project);
  const file = join(dirname(project), 'many.jsonl');
  const good = Array.from({ length: 4000 }, (_, n) => line(`m${n}`, images[0], `Which code? ${n}`));
  writeFileSync(file, [...good, line('gone', 'gone.png')].join('\n'));
  const app = await openInBrowserHost(chromium, project);
  try {
    const { page } = app;
    await new ReviewPage(page).ready();
    await page.keyboard.press('Control+i');
    const dialog = page.getByRole('dialog', { name: 'Import pictures and questions' });
    await dialog.getByLabel('Picture folder').fill(join(project, 'images'));
    await dialog.getByLabel('Questions file').fill(file);
    await page.keyboard.press('Enter');
    await dialog.getByRole('progressbar', { name: 'Importing' }).waitFor();
    await page.keyboard.press('Escape');
    const notice = page.getByRole('alert').filter({ hasText: '1 of 4,001 rows failed' });
    await notice.waitFor({ timeout: 60_000 });
    await notice.getByRole('button', { name: 'Show' }).click();
    await dialog.getByText('line 4001').waitFor();
    await dialog.getByText('"gone.png"').waitFor();
  } finally {
    await app.close();
  }
});

test('what was read otherwise, left out or corrected is said; the sheet says what a file does not', async (t) => {
  const project = await demoProject(t);
  const [image] = pictureNames(project);
  const file = join(dirname(project), 'talk.json');
  const write = (answer: string): void => {
    const turn = (from: string, value: string): object => ({ from, value });
    const turns = [turn('human', '<image>Which code?'), turn('gpt', answer), turn('human', 'And the other?')];
    const row = { id: 't', image, conversations: turns, boxes: [[100, 100, 400, 400]] };
    writeFileSync(file, JSON.stringify([row]));
  };
  const app = await openInBrowserHost(chromium, project);
  try {
    const { page } = app;
    await new ReviewPage(page).ready();
    const dialog = page.getByRole('dialog', { name: 'Import pictures and questions' });
    await page.keyboard.press('Control+i');
    await dialog.getByLabel('Picture folder').fill(join(project, 'images'));
    await dialog.getByLabel('Questions file').fill(file);
    await dialog.getByLabel('Truth boxes').selectOption('thousand');
    const start = dialog.getByRole('button', { name: 'Import', exact: true });
    write('12');
    await start.click();
    const report = dialog.getByRole('status');
    await report.getByText('2 added, 0 already there, 0 failed.').waitFor();
    await report.getByText('1 sample: a further question of its conversation').waitFor();
    write('13');
    await dialog.getByLabel('Conversations').selectOption('first');
    await start.click();
    await report.getByText('0 added, 1 corrected, 0 already there, 0 failed.').waitFor();
    await report.getByText('its answer was corrected').waitFor();
    await report.getByText('left out, as asked for').waitFor();
    assert.deepEqual(await violations(page), []);
  } finally {
    await app.close();
  }
});
