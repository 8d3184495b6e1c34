/** Command palette, keys of one's own, a new project, files dropped on the page, menus and a second window. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { DEMO_CHECKPOINT } from '../support/demo.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { openInElectron } from './support/electron-app.ts';
import { hostInTurn } from './support/hosts.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: the palette finds a command by a few letters and runs it`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      const first = await review.currentId();
      await page.keyboard.press('Control+k');
      const input = page.getByRole('combobox', { name: 'Command' });
      await input.waitFor();
      await page.keyboard.type('reje');
      await page.getByRole('option', { name: /^Reject and next/, selected: true }).waitFor();
      await page.keyboard.press('Enter');
      await page.locator(`[data-sample="${first}"][data-state=rejected]`).waitFor();
      await page.keyboard.press('Control+k');
      await page.keyboard.type('theme light');
      await page.keyboard.press('Enter');
      await page.locator('html[data-theme=light]').waitFor();
      await page.keyboard.press('Control+k');
      await page.keyboard.type('qqq');
      await page.getByText('No command matches.').waitFor();
      await page.keyboard.press('Enter');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    } finally {
      await app.close();
    }
  });
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: a key of one’s own works, is in the tooltip, names its conflict and survives a reload`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      await page.keyboard.press('?');
      await page.getByRole('button', { name: 'Change keys' }).click();
      await page.getByRole('button', { name: 'Accept and next: Enter' }).click();
      await page.keyboard.press('x');
      await page.getByText('Also: Reject and next').waitFor();
      await page.getByRole('button', { name: 'Accept and next: X' }).click();
      await page.keyboard.press('y');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.reload();
      await review.ready();
      assert.equal(await page.locator('[data-tip="Accept and next (Y)"]').count(), 1);
      const id = await review.currentId();
      await page.keyboard.press('Enter');
      await review.pressAndMove('y');
      assert.equal(await review.rowState(id), 'accepted');

      await page.keyboard.press('?');
      await page.getByLabel('Key set').selectOption('prodigy');
      await page.keyboard.press('Escape');
      const next = await review.currentId();
      await review.pressAndMove(' ');
      await review.pressAndMove('Backspace');
      assert.equal(await review.currentId(), next);
      await review.pressAndMove('a');
      assert.equal(await review.rowState(next), 'accepted');
      await review.saved();
    } finally {
      await app.close();
    }
  });
}

test('a new project is made from the start screen', async (t) => {
  const app = await openInBrowserHost(chromium, null);
  try {
    const { page } = app;
    const dir = join(temporaryDir(t), 'fresh start');
    await page.getByLabel('Make a new project in an empty folder').fill(dir);
    await page.getByRole('button', { name: 'Make project' }).click();
    await page.getByText(basename(dir)).first().waitFor();
    await page.getByRole('button', { name: 'Import…' }).waitFor();
  } finally {
    await app.close();
  }
});

test('in Electron, dropped folders and files fill the import dialog; a dropped project opens, a dropped checkpoint is added', async (t) => {
  const dir = temporaryDir(t);
  const pictures = join(dir, 'pictures');
  mkdirSync(pictures);
  const questions = join(dir, 'questions.jsonl');
  writeFileSync(questions, '');
  const model = join(dir, 'dropped');
  cpSync(DEMO_CHECKPOINT, model, { recursive: true });
  const { FOVEA_HOME } = process.env;
  process.env.FOVEA_HOME = join(dir, 'home');
  t.after(() => {
    if (FOVEA_HOME === undefined) delete process.env.FOVEA_HOME;
    else process.env.FOVEA_HOME = FOVEA_HOME;
  });
  const project = await demoProject(t);
  const app = await openInElectron(chromium, null);
  try {
    const { page } = app;
    await page.getByRole('button', { name: 'Open the demo project' }).waitFor();
    await drop(page, [project]);
    await new ReviewPage(page).ready();
    await drop(page, [pictures, questions]);
    const dialog = page.getByRole('dialog', { name: 'Import pictures and questions' });
    await dialog.waitFor();
    await until(async () => (await dialog.getByLabel(/^Questions/).inputValue()) === questions);
    assert.equal(await dialog.getByLabel(/^Picture folder/).inputValue(), pictures);
    await page.keyboard.press('Escape');
    await drop(page, [model]);
    await page.getByRole('heading', { name: 'dropped' }).waitFor();
  } finally {
    await app.close();
  }
});

test('in the browser host, a dropped picture is brought in, a dropped model is asked for by its path, and the page stays', async (t) => {
  const app = await openInBrowserHost(chromium, await demoProject(t));
  try {
    const { page } = app;
    await new ReviewPage(page).ready();
    const url = page.url();
    await drop(page, ['photo.png']);
    const dialog = page.getByRole('dialog', { name: 'Import pictures and questions' });
    await until(async () => (await dialog.getByLabel(/^Picture folder/).inputValue()).endsWith('photo'));
    assert.equal(page.url(), url);
    await page.keyboard.press('Escape');
    // A real folder, as a file manager drags it: its names say that it is a checkpoint.
    const session = await page.context().newCDPSession(page);
    const data = { items: [], files: [DEMO_CHECKPOINT], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await session.send('Input.dispatchDragEvent', { type, x: 640, y: 400, data });
    await page.getByRole('dialog', { name: 'Add a model folder' }).waitFor();
    await page.getByText('Models are used where they lie').waitFor();
    assert.equal(page.url(), url);
  } finally {
    await app.close();
  }
});

test('the menu opens the page’s dialogs and a second window on the same project', async (t) => {
  const app = await openInElectron(chromium, await demoProject(t));
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    app.chooseMenu('export');
    await page.getByRole('dialog', { name: 'Export labels' }).waitFor();
    await page.keyboard.press('Escape');
    const opening = page.context().waitForEvent('page');
    app.chooseMenu('new-window');
    const other = new ReviewPage(await opening);
    await other.ready();
    const id = await review.currentId();
    await review.pressAndMove('x');
    await review.saved();
    await other.page.locator(`[data-sample="${id}"][data-state=rejected]`).waitFor();
    await other.page.getByText('This sample was decided elsewhere').waitFor();
  } finally {
    await app.close();
  }
});

test('the menu has every page and command with its key, follows the page and keys of one’s own', async (t) => {
  const app = await openInElectron(chromium, await demoProject(t));
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    await until(async () => app.menuItem('accept')?.enabled === true);
    assert.deepEqual(app.menuItem('accept'), {
      id: 'accept',
      label: 'Accept and next',
      accelerator: 'Enter',
      enabled: true,
    });
    assert.equal(app.menuItem('chooseAll')?.enabled, false);
    const id = await review.currentId();
    app.chooseMenu('reject');
    await page.locator(`[data-sample="${id}"][data-state=rejected]`).waitFor();
    app.chooseMenu('page-gallery');
    await page.getByRole('main', { name: 'Gallery' }).waitFor();
    await until(async () => app.menuItem('chooseAll')?.enabled === true);
    assert.equal(app.menuItem('accept')?.enabled, false);
    app.chooseMenu('help');
    await page.getByRole('button', { name: 'Change keys' }).click();
    await page.getByRole('button', { name: 'Select all in the filter: Ctrl+A' }).click();
    await page.keyboard.press('Shift+C');
    await until(async () => app.menuItem('chooseAll')?.accelerator === 'Shift+C');
  } finally {
    await app.close();
  }
});

/** Drops files; on the Electron stand-in a file's name is its whole path. */
async function drop(page: Page, names: readonly string[]): Promise<void> {
  // As text: this folder is typed without the DOM.
  await page.evaluate(`
    const data = new DataTransfer();
    for (const name of ${JSON.stringify(names)}) data.items.add(new File([], name));
    for (const type of ['dragenter', 'dragover', 'drop']) {
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    }
  `);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail('it never happened');
}
