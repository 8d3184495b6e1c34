/** What the project takes on the disk, and how to have room back: said before it is done, and decisions and maps stay. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { violations } from './support/axe.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { hostInTurn } from './support/hosts.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

for (const [host, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${host}: storage is counted when asked for, and frees what it said, by keys alone`, async (t) => {
    const project = await demoProject(t);
    const kept = join(project, 'cache', 'pictures', 'a.png');
    mkdirSync(dirname(kept), { recursive: true });
    writeFileSync(kept, Buffer.alloc(123_000));
    const app = await open(chromium, project);
    try {
      const { page } = app;
      await new ReviewPage(page).ready();
      await page.keyboard.press('Alt+d');
      const card = page.getByRole('region', { name: 'Storage' });
      await card.getByRole('button', { name: 'Count' }).focus();
      await page.keyboard.press('Enter');
      const free = card.getByRole('button', { name: 'Free up 123 kB: Pictures as models see them' });
      await free.focus();
      await page.keyboard.press('Enter');
      await card.getByText('Deletes 123 kB of pictures as models see them').waitFor();
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await violations(page), []);
      }
      assert.ok(existsSync(kept), 'nothing happens before the answer');
      await card.getByRole('button', { name: 'Delete them' }).focus();
      await page.keyboard.press('Enter');
      await card.getByText('123 kB freed.').waitFor();
      assert.equal(existsSync(kept), false);
      assert.equal(await free.count(), 0);
      for (const name of ['project.db', 'maps.db']) assert.ok(existsSync(join(project, name)), name);
    } finally {
      await app.close();
    }
  });

  test(`${host}: the balance of an export comes into view in a small window`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      await page.setViewportSize({ width: 1280, height: 720 });
      await new ReviewPage(page).ready();
      await page.keyboard.press('Control+e');
      const dialog = page.getByRole('dialog', { name: 'Export labels' });
      await dialog.getByLabel('Include samples nobody has reviewed').check();
      await dialog.getByRole('button', { name: 'Show balance' }).click();
      const balance = dialog.getByRole('status').filter({ hasText: 'Decision' });
      await balance.getByRole('rowheader', { name: 'To review' }).waitFor();
      const box = (await balance.boundingBox())!;
      const footer = (await dialog.getByRole('button', { name: 'Show balance' }).boundingBox())!;
      assert.ok(box.y >= 0 && box.y + box.height <= footer.y + 1, JSON.stringify({ box, footer }));
    } finally {
      await app.close();
    }
  });
}
