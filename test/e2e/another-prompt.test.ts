/** Labels that another prompt made are marked and made anew in one step, with the real engine; decisions stay. */
import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { write } from '../../src-main/store/db.ts';
import { openProject } from '../../src-main/store/file/project.ts';
import { reviewHistory } from '../../src-main/store/reviews/review.ts';
import { promptedRuns } from '../../src-main/store/runs/prompt.ts';
import { activeRunId } from '../../src-main/store/runs/run.ts';
import { violations } from './support/axe.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { smallDemoProject } from './support/demo-project.ts';
import { hostInTurn } from './support/hosts.ts';
import { labelAll } from './support/label-sheet.ts';
import { ReviewPage } from './support/review-page.ts';

const LABELLED_MS = 120_000;

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

/** As if the run had been made with other words around the question. */
function askedOtherwise(path: string): void {
  const project = openProject(path);
  const sql = `UPDATE run SET settings = json_set(settings, '$.prompt', json('{"kind":"vicuna_v1","sha256":"0"}'))`;
  write(project.db, sql).run();
  project.close();
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  const shots = process.env.FOVEA_TEST_SHOTS;
  test(`${name}: samples that another prompt labelled are marked and labelled anew by one button`, async (t) => {
    const path = await smallDemoProject(t);
    process.env.FOVEA_HOME = dirname(path);
    askedOtherwise(path);
    const app = await open(chromium, path);
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      const prompt = page.locator('dt:text-is("Prompt") + dd');
      await prompt.getByText('made with another prompt').waitFor();
      const banner = page.getByRole('status', { name: 'Made with another prompt' });
      await banner.getByText(/^\d+ samples show labels made with another prompt\.$/).waitFor();
      const sampleId = await review.currentId();
      await review.pressAndMove('Enter');
      await review.saved();
      for (const theme of ['light', 'dark'] as const) {
        await page.locator('html').evaluate((html, value) => html.setAttribute('data-theme', value), theme);
        assert.deepEqual(await violations(page), []);
        if (shots) await page.screenshot({ path: join(shots, `prompt-${name.split(' ')[0]}-${theme}.png`) });
      }
      await page.reload();
      await review.ready();
      await banner.waitFor();

      // Whoever does not want to hear of it is left alone in this window.
      await banner.getByRole('button', { name: 'Not now' }).click();
      await banner.waitFor({ state: 'detached' });
      if (shots) await page.screenshot({ path: join(shots, `prompt-${name.split(' ')[0]}-facts.png`) });
      await page.reload();
      await review.ready();
      await banner.getByRole('button', { name: 'Label again' }).click();
      await labelAll(page);
      await banner.waitFor({ state: 'detached' });
      await page.getByRole('group', { name: 'Labelling' }).waitFor();
      await page
        .getByRole('group', { name: 'Labelling' })
        .waitFor({ state: 'detached', timeout: LABELLED_MS });
      await review.ready();
      await prompt.getByText('chat template').waitFor();
      assert.equal(await banner.count(), 0);
      assert.equal(await review.rowState(sampleId), 'accepted');
      assert.deepEqual(app.complaints, []);

      const project = openProject(path);
      t.after(() => project.close());
      const [first, second] = promptedRuns(project.db);
      assert.ok(first && second);
      assert.deepEqual([first.shown, first.decided, second.shown > 0, second.decided], [1, 1, true, 0]);
      assert.equal(activeRunId(project.db), second.id);
      const history = reviewHistory(project.db, sampleId);
      assert.deepEqual(
        history.map(({ decision }) => decision),
        ['accept'],
      );
    } finally {
      await app.close();
    }
  });
}
