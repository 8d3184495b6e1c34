/** Another run beside the one on screen, in both hosts: its maps in panes, its label copied, its silence said. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { reviewHistory } from '../../src-main/store/reviews/review.ts';
import { openProject } from '../../src-main/store/file/project.ts';
import { makeLargeProject } from '../bench/ui/large-project.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { hostInTurn } from './support/hosts.ts';
import { pane, picker, valuesAt } from './support/panes.ts';
import { ReviewPage } from './support/review-page.ts';
import { addSecondRun, INSIDE, OUTSIDE } from './support/second-run.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: panes show another run, going on brings its maps along, its label can be copied`, async (t) => {
    const project = join(temporaryDir(t), 'project');
    await makeLargeProject(project, 6);
    const { runId, label } = addSecondRun(project, [1, 2, 3]);
    const app = await open(chromium, project);
    try {
      const { page } = app;
      // One size in both hosts: where the pane's quarter lies on the picture depends on it.
      await page.setViewportSize({ width: 1440, height: 900 });
      const review = new ReviewPage(page);
      await review.ready();
      const here = await pane(page, 1).getByTestId('highest').innerText();

      // Another run's raw map, and how far this run's is from it.
      await picker(page, 1).selectOption(`raw@${runId}`);
      await page.getByRole('region', { name: `Raw attention, run ${runId}` }).waitFor();
      await pane(page, 1)
        .getByTestId('highest')
        .filter({ hasText: String(INSIDE) })
        .waitFor();
      await picker(page, 2).selectOption('raw');
      await page.getByRole('button', { name: 'Pane 2: difference of two maps' }).click();
      await page.getByLabel('Pane 2: map that is subtracted').selectOption(`raw@${runId}`);
      await picker(page, 3).selectOption('raw');
      for (const [y, expected] of [
        [0.25, INSIDE],
        [0.75, OUTSIDE],
      ] as const) {
        const [theirs, difference, ours] = (await valuesAt(page, 0.5, y)).map(Number);
        assert.equal(theirs, expected);
        assert.ok(Math.abs(ours - theirs - difference) < 2e-3, `${ours} − ${theirs} is ${difference}`);
      }

      // It goes along to the next samples; where the run says nothing, the pane does.
      await review.pressAndMove('j');
      await pane(page, 1)
        .getByTestId('highest')
        .filter({ hasText: String(INSIDE) })
        .waitFor();
      for (let sample = 2; sample < 4; sample++) await review.pressAndMove('j');
      await pane(page, 1).getByText(`Run ${runId} has no prediction of this sample`).waitFor();
      await page.keyboard.press('y');
      await page.getByRole('menuitem', { name: /^Run 2: second, Second/ }).click();
      await page.getByText(`Run ${runId} did not label this sample`).waitFor();

      // Its label, seen and then copied with keys alone.
      for (let sample = 4; sample > 1; sample--) await review.pressAndMove('k');
      await picker(page, 1).selectOption(`label@${runId}`);
      await page.getByRole('region', { name: `Label, run ${runId}` }).waitFor();
      await page.keyboard.press('Escape');
      await page.locator('main').click({ position: { x: 5, y: 5 } });
      await page.keyboard.press('y');
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      await page.locator('[data-current-state=corrected]').waitFor();
      await review.saved();

      await picker(page, 1).selectOption('raw');
      await pane(page, 1).getByTestId('highest').filter({ hasText: here }).waitFor();
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
    const { db, close } = openProject(project);
    const revisions = reviewHistory(db, 1);
    assert.deepEqual(
      revisions.map(({ decision }) => decision),
      ['correct'],
    );
    assert.deepEqual(Int8Array.from(revisions[0].label!), label);
    assert.equal(reviewHistory(db, 4).length, 0, 'what was refused changed nothing');
    close();
  });
}
