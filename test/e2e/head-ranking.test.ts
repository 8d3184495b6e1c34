/** Heads ranked over the list on the real demo model: without its preset those are found that the preset reads. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../scripts/lib/paths.mjs';
import { presetSchema } from '../../src-shared/contract/preset.ts';
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

const { grounding } = presetSchema.parse(
  JSON.parse(readFileSync(join(root, 'models/presets/demo.json'), 'utf8')),
);
const read = grounding.flatMap(({ layer, heads }) =>
  heads === 'all' ? [] : heads.map((head) => `${layer} ${head}`),
);

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: heads are ranked over samples of the list, stopped on the way, and the best make the recipe`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      await page.setViewportSize({ width: 1280, height: 720 });
      await new ReviewPage(page).ready();
      await page.getByRole('tab', { name: 'Heads' }).click();
      await page.getByRole('button', { name: 'Rank over the list…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Rank heads over the list' });
      await dialog.getByLabel('Accepted and corrected labels').check();
      await page.keyboard.press('Enter');
      await dialog.getByText('120 of which nothing is known').waitFor();
      await dialog.getByLabel('Truth boxes').check();
      await dialog.getByLabel('Samples at most').fill('20');
      await page.keyboard.press('Enter');
      await dialog.getByText('20 samples of 120.').waitFor({ timeout: 120_000 });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await violations(page), [], colorScheme);
      }
      const rows = await dialog.locator('tbody tr').all();
      const [layer, head] = (await rows[0]?.getByRole('cell').allTextContents()) ?? [];
      assert.ok(
        read.includes(`${layer} ${head}`),
        `the best of all, ${layer} ${head}, is one that the preset reads`,
      );

      await dialog.getByLabel('Samples at most').fill('100');
      await page.keyboard.press('Enter');
      await dialog.getByText(/^[2-9] of 100$/).waitFor({ timeout: 60_000 });
      await dialog.getByRole('button', { name: 'Stop here' }).click();
      await dialog.getByText('stopped early').waitFor();

      await dialog.getByLabel('Number of best heads').fill('1');
      await dialog.getByRole('button', { name: 'Use them in the recipe' }).click();
      await dialog.waitFor({ state: 'detached' });
      await page.getByText('Trying, not applied').waitFor();
      assert.match(
        (await page.getByTestId('head').textContent()) ?? '',
        /^$|mean over samples/,
        'a head that is looked at says its mean',
      );
    } finally {
      await app.close();
    }
  });
}
