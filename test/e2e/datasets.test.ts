/** The Datasets page: a version is frozen, listed with its card, compared as samples that open, and written as it was. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { openProject } from '../../src-main/store/file/project.ts';
import { datasetVersions } from '../../src-main/store/datasets/version.ts';
import { latestRevisionId, submitReview } from '../../src-main/store/reviews/review.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { smallDemoProject } from './support/demo-project.ts';
import { hostInTurn } from './support/hosts.ts';
import { look } from './support/look.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: freezing, listing, comparing and writing a version, by keyboard`, async (t) => {
    const path = await smallDemoProject(t, 12);
    const project = openProject(path);
    t.after(() => project.close());
    const { db } = project;
    const decide = (sampleId: number, decision: 'accept' | 'reject'): void => {
      const review = { sampleId, predictionId: null, decision, label: null, reviewer: 'ann', note: null };
      submitReview(db, review, latestRevisionId(db, sampleId));
    };
    const accepted: number[] = [];
    for (let id = 1; id <= 12; id++) {
      try {
        decide(id, 'accept');
        accepted.push(id);
      } catch {
        decide(id, 'reject');
      }
    }
    const app = await open(chromium, path);
    try {
      const { page } = app;
      const press = (key: string): Promise<void> => page.keyboard.press(key);
      await new ReviewPage(page).ready();
      await press('Alt+e');
      await page.getByRole('region', { name: 'No version yet' }).waitFor();
      await look(page, 'datasets-empty');
      const form = page.getByRole('complementary', { name: 'New version' });
      const freeze = async (version: string): Promise<void> => {
        await form.getByLabel('Name').fill(version);
        await press('Enter');
        await page.getByRole('region', { name: `Version ${version}`, exact: true }).waitFor();
      };
      await form.getByLabel('Licence of the data, for its card').fill('CC BY 4.0');
      await freeze('v1');
      await page.getByText('There is no other version to compare with yet').waitFor();
      const [first] = datasetVersions(db);
      assert.partialDeepStrictEqual(first, {
        name: 'v1',
        card: { samples: accepted.length, licence: 'CC BY 4.0' },
      });
      decide(accepted[0]!, 'reject');
      await freeze('v2');
      await page.getByRole('tab', { name: 'Removed 1', selected: true }).waitFor();
      await page.locator(`[data-difference="${accepted[0]}"]`).waitFor();
      await look(page, 'datasets-diff');
      await form.getByLabel('Name').fill('v1');
      await page.getByText('There is a version of this name').waitFor();
      assert.equal(await form.getByRole('button', { name: 'Freeze' }).isDisabled(), true);
      await form.getByLabel('Name').fill('');

      await page.locator('[data-version="v1"]').getByRole('button').focus();
      await press('Enter');
      await page.getByRole('region', { name: 'Version v1', exact: true }).waitFor();
      const file = join(dirname(path), 'v1.jsonl');
      await page.getByRole('button', { name: 'Export this version…' }).focus();
      await press('Enter');
      const dialog = page.getByRole('dialog', { name: 'Export version v1' });
      await dialog.getByLabel('File to write').fill(file);
      await look(page, 'datasets-export');
      await dialog.getByRole('button', { name: 'Export', exact: true }).focus();
      await press('Enter');
      await dialog.getByText(file).waitFor();
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      assert.equal(lines.length, accepted.length, 'what was accepted then, whatever it is now');
      await press('Escape');

      await page.locator(`[data-difference="${accepted[0]}"]`).getByRole('button').focus();
      await press('Enter');
      await page.getByRole('tab', { name: 'Review', selected: true }).waitFor();
      await page.locator(`[data-sample="${accepted[0]}"][aria-current=true]`).waitFor();
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}
