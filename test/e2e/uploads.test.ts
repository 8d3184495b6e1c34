/** In a browser: pictures, files and folders of its computer come into the project, and exports leave it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { pictureNames } from '../support/demo.ts';
import { violations } from './support/axe.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { saved } from './support/downloads.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

const seen = (dir: string): string[] => readdirSync(dir).filter((name) => !name.startsWith('.'));

/** Two pictures of the project under other names, with a question about each. */
function dataset(project: string): string {
  const dir = join(dirname(project), 'my 写真');
  mkdirSync(join(dir, 'pictures'), { recursive: true });
  const pictures = pictureNames(project).slice(0, 2);
  const rows = pictures.map((name, n) => {
    copyFileSync(join(project, 'images', name), join(dir, 'pictures', `own ${n}.webp`));
    return JSON.stringify({
      question_id: `own-${n}`,
      image: `pictures/own ${n}.webp`,
      text: 'What is this?',
    });
  });
  writeFileSync(join(dir, 'questions.jsonl'), rows.join('\n'));
  writeFileSync(join(dir, '.hidden'), 'stays out');
  return dir;
}

test('a folder is chosen, cancelled half-way, brought in and imported; another one is dropped on the page', async (t) => {
  const project = await demoProject(t);
  const dir = dataset(project);
  const app = await openInBrowserHost(chromium, project);
  try {
    const { page } = app;
    await new ReviewPage(page).ready();
    await page.keyboard.press('Control+i');
    const dialog = page.getByRole('dialog', { name: 'Import pictures and questions' });
    const large = join(dirname(project), 'large');
    mkdirSync(large);
    writeFileSync(join(large, 'a.png'), '');
    truncateSync(join(large, 'a.png'), 400e6);
    await dialog.getByLabel('Folder to bring in').setInputFiles(large);
    await dialog.getByRole('progressbar', { name: 'Bringing in' }).waitFor();
    // A pointer would wait for frames of a page that a busy machine hardly draws.
    await dialog.getByRole('button', { name: 'Cancel' }).dispatchEvent('click');
    await dialog.getByRole('progressbar').waitFor({ state: 'detached' });
    const place = join(project, 'uploads');
    assert.equal(await dialog.getByLabel(/^Questions file/).inputValue(), '');
    assert.deepEqual(seen(place), []);

    await dialog.getByLabel('Folder to bring in').setInputFiles(dir);
    await dialog.getByText('pictures/own 0.webp').waitFor();
    const brought = join(place, basename(dir));
    assert.equal(await dialog.getByLabel(/^Picture folder/).inputValue(), brought);
    assert.equal(await dialog.getByLabel(/^Questions file/).inputValue(), join(brought, 'questions.jsonl'));
    assert.deepEqual(readdirSync(brought).sort(), ['pictures', 'questions.jsonl']);
    assert.deepEqual(
      readFileSync(join(brought, 'pictures', 'own 1.webp')),
      readFileSync(join(dir, 'pictures', 'own 1.webp')),
    );
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await violations(page), []);
    }
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await dialog.getByText('2 added').waitFor();
    await page.keyboard.press('Escape');

    // As a file manager drags it.
    const session = await page.context().newCDPSession(page);
    const data = { items: [], files: [join(dir, 'pictures')], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await session.send('Input.dispatchDragEvent', { type, x: 640, y: 400, data });
    await dialog.getByLabel('Question about each picture of the folder').waitFor();
    assert.equal(await dialog.getByLabel(/^Questions file/).inputValue(), join(place, 'pictures'));
    assert.deepEqual(seen(join(place, 'pictures')), ['own 0.webp', 'own 1.webp']);
  } finally {
    await app.close();
  }
});

test('an export is downloaded: a file as it is, a folder as one zip', async (t) => {
  const project = await demoProject(t);
  const app = await openInBrowserHost(chromium, project);
  try {
    const { page } = app;
    await new ReviewPage(page).ready();
    await page.keyboard.press('Control+e');
    const dialog = page.getByRole('dialog', { name: 'Export labels' });
    await dialog.getByLabel('Include samples nobody has reviewed').check();
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    const button = dialog.getByRole('button', { name: 'Download' });
    const file = await saved(app, () => button.click());
    assert.equal(file.name, `${basename(project)}-labels.jsonl`);
    assert.deepEqual(file.bytes, readFileSync(`${project}-labels.jsonl`));

    await dialog.getByText('YOLO').click();
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog
      .getByText(`${basename(project)}-labels-yolo`)
      .first()
      .waitFor();
    const zip = await saved(app, () => button.click());
    assert.equal(zip.name, `${basename(project)}-labels-yolo.zip`);
    const there = join(dirname(project), 'got.zip');
    writeFileSync(there, zip.bytes);
    execFileSync('python3', ['-m', 'zipfile', '-e', there, join(dirname(project), 'unpacked')]);
    const [out, unpacked] = [`${project}-labels-yolo`, join(dirname(project), 'unpacked')];
    execFileSync('diff', ['-r', out, join(unpacked, basename(out))]);
    assert.deepEqual(await violations(page), []);

    // Somebody without the page's key, or with a word that it was not given, gets nothing.
    const { origin } = new URL(page.url());
    const refused = await Promise.all(
      ['/export/aaaaaaaaaaaaaaaaaaaaaaaa', `/export/..%2f${basename(out)}`].map((path) =>
        fetch(origin + path),
      ),
    );
    assert.deepEqual(
      refused.map(({ status }) => status),
      [401, 404],
    );
  } finally {
    await app.close();
  }
});
