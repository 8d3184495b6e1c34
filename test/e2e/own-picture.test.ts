/** Somebody with a picture and no project: from the start page to an answer with its maps, by keys, by drop and by sending it. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { root } from '../../scripts/lib/paths.mjs';
import { temporaryDir } from '../support/temporary-dir.ts';
import { violations } from './support/axe.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { hostInTurn } from './support/hosts.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

const SCENES = join(root, 'models/demo/scenes/project');
/** A question of the demo, and the file of its picture. */
function demoQuestion(): { readonly path: string; readonly question: string } {
  const [line = ''] = readFileSync(join(SCENES, 'questions.jsonl'), 'utf8').split('\n');
  const { image, text } = JSON.parse(line) as { image: string; text: string };
  return { path: join(SCENES, image), question: text };
}

const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'Ask about a picture of your own' });

/** Each is drawn, and what the RPN says is not what the heads do. */
async function requireMaps(page: Page): Promise<void> {
  const drawn = (words: string) => dialogOf(page).getByLabel(`${words} map of your picture`).screenshot();
  const [raw, rpn] = [await drawn('Raw'), await drawn('RPN')];
  assert.notDeepEqual(raw, rpn);
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: a picture is asked about from the start page, without a project`, async () => {
    const app = await open(chromium, null);
    try {
      const { page } = app;
      const { path, question } = demoQuestion();
      await page.getByRole('button', { name: 'Ask about a picture of your own…' }).click();
      const dialog = dialogOf(page);
      await dialog.getByLabel('Picture').first().fill(path);
      assert.equal(await dialog.getByRole('button', { name: 'Ask', exact: true }).isDisabled(), true);
      await dialog.getByLabel('Question').fill(question);
      await page.keyboard.press('Enter');
      const said = page.getByTestId('own-picture-answer');
      await said.waitFor();
      assert.match(await said.innerText(), /Answer\s+\S+/);
      await requireMaps(page);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await violations(page), [], colorScheme);
      }
      await dialog.getByLabel('Picture').first().fill(`${path}.gone`);
      assert.equal(await said.count(), 0, 'another picture: what was said was about the one before');
      await dialog.getByLabel('Question').press('Enter');
      await dialog.getByRole('alert').waitFor();
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await page.getByRole('heading', { name: 'Fovea' }).waitFor();
    } finally {
      await app.close();
    }
  });
}

test('in a browser a picture is dropped on the start page or chosen and sent; one too large is refused by its size', async (t) => {
  const app = await openInBrowserHost(chromium, null);
  try {
    const { page } = app;
    const { path, question } = demoQuestion();
    await page.getByRole('button', { name: 'Open the demo project' }).waitFor();
    await page.evaluate(`
      const data = new DataTransfer();
      const bytes = new Uint8Array(${JSON.stringify([...readFileSync(path)])});
      data.items.add(new File([bytes], 'street.png', { type: 'image/png' }));
      for (const type of ['dragenter', 'dragover', 'drop'])
        window.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    `);
    const dialog = dialogOf(page);
    await dialog.getByText('street.png').waitFor();
    await dialog.getByLabel('Question').fill(question);
    await dialog.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByTestId('own-picture-answer').waitFor();
    const dropped = await page.getByTestId('own-picture-answer').locator('dd').first().innerText();

    await dialog.getByRole('button', { name: 'Another one' }).click();
    await dialog.locator('input[type=file]').setInputFiles(path);
    await dialog.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByTestId('own-picture-answer').waitFor();
    assert.equal(await page.getByTestId('own-picture-answer').locator('dd').first().innerText(), dropped);

    const large = join(temporaryDir(t), 'large.png');
    writeFileSync(large, Buffer.alloc(8 << 20));
    await dialog.getByRole('button', { name: 'Another one' }).click();
    await dialog.locator('input[type=file]').setInputFiles(large);
    await dialog.getByText('large.png has 8.4 MB').waitFor();
    assert.equal(await dialog.getByRole('button', { name: 'Ask', exact: true }).isDisabled(), true);
  } finally {
    await app.close();
  }
});
