/** Finding one's projects again: the start page and the header list those opened last; an empty one says what to do. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createProject } from '../../src-main/store/file/project.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { violations } from './support/axe.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
// The hosts that the tests start take it over: the projects opened last are listed there.
const home = mkdtempSync(join(tmpdir(), 'fovea-home-'));
process.env.FOVEA_HOME = home;
before(async () => {
  chromium = await launchChromium();
});
after(async () => {
  await chromium.close();
  rmSync(home, { recursive: true, force: true });
});

test('a project is made, found again by key and on the start page, and changed for another', async (t) => {
  const demo = await demoProject(t);
  const fresh = join(temporaryDir(t), 'street-signs');
  (await createProject(fresh, 'Street signs')).close();
  const app = await openInBrowserHost(chromium, fresh);
  try {
    const { page } = app;
    await page.getByText('This project has no samples yet.').waitFor();
    assert.equal(await page.getByRole('toolbar').count(), 0, 'nothing to press that does nothing');
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await violations(page), [], `no samples, ${colorScheme}`);
    }
    await page.getByRole('main').getByRole('button', { name: 'Import pictures and questions…' }).click();
    await page.getByRole('dialog', { name: 'Import pictures and questions' }).waitFor();
    await page.keyboard.press('Escape');

    await page.keyboard.press('Alt+o');
    const dialog = page.getByRole('dialog', { name: 'Open another project' });
    assert.equal(
      await dialog.getByRole('heading', { name: 'Recent' }).count(),
      0,
      'the open one is no other',
    );
    await dialog.getByLabel('Open a project folder').fill(demo);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await new ReviewPage(page).ready();

    await page.getByRole('button', { name: 'Fovea demo' }).click();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await violations(page), [], `other projects, ${colorScheme}`);
    }
    await dialog.getByLabel('Name of this project').fill('Codes');
    await dialog.getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('button', { name: 'Codes', exact: true }).waitFor();
    // A picture of the demo that is still on its way would be refused once another project is served.
    await page.waitForLoadState('networkidle');
    await dialog.getByRole('button', { name: /^Street signs/ }).click();
    await page.getByText('This project has no samples yet.').waitFor();
    assert.deepEqual(app.complaints, []);
  } finally {
    await app.close();
  }

  const later = await openInBrowserHost(chromium, null);
  try {
    const { page } = later;
    const listed = page.getByRole('region', { name: 'Recent' }).locator('li > button:first-child');
    await listed.first().waitFor();
    assert.deepEqual(
      (await listed.allInnerTexts()).map((text) => text.split('\n')[0]),
      ['Street signs', 'Codes'],
    );
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Remove Street signs from this list' }).click();
    await listed.filter({ hasText: 'Street signs' }).waitFor({ state: 'detached' });
    await listed.first().click();
    await new ReviewPage(page).ready();
  } finally {
    await later.close();
  }
});
