/** Which run is shown is one line; another is chosen beside it, compared in numbers, named, and removed but for what was decided. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { read } from '../../src-main/store/db.ts';
import { openProject } from '../../src-main/store/file/project.ts';
import { reviewHistory } from '../../src-main/store/reviews/review.ts';
import { makeLargeProject } from '../bench/ui/large-project.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { violations } from './support/axe.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import type { HostedPage } from './support/hosted-page.ts';
import { hostInTurn } from './support/hosts.ts';
import { picker } from './support/panes.ts';
import { ReviewPage } from './support/review-page.ts';
import { addSecondRun } from './support/second-run.ts';

const shots = process.env.FOVEA_TEST_SHOTS;
const SIZES = [
  [1280, 720],
  [1600, 900],
] as const;

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

type Page = HostedPage['page'];

async function look(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
    assert.deepEqual(await violations(page), [], `${name}, ${colorScheme}`);
    if (!shots) continue;
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      await page.screenshot({ path: join(shots, `${name}-${colorScheme}-${width}.png`) });
    }
    await page.setViewportSize({ width: 1280, height: 720 });
  }
}

for (const [host, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${host}: the shown run in one line: another one is chosen, named, compared in numbers, and removed`, async (t) => {
    const project = join(temporaryDir(t), 'project');
    await makeLargeProject(project, 8);
    addSecondRun(project, [1, 2, 3]);
    const app = await open(chromium, project);
    try {
      const { page } = app;
      await page.setViewportSize({ width: 1280, height: 720 });
      const review = new ReviewPage(page);
      await review.ready();
      const line = page.getByTestId('shown-run');
      const menu = page.getByRole('button', { name: 'Show another run, rename or remove this one' });
      await line.filter({ hasText: /^\s*Run 1: .*8 of 8 labelled/ }).waitFor();
      // The line stands where nothing was: the picture has all the room that it had.
      const [run, tab] = [
        await line.boundingBox(),
        await page.getByRole('tab', { name: 'Sample' }).boundingBox(),
      ];
      assert.ok(run!.y >= tab!.y && run!.y + run!.height <= tab!.y + tab!.height);
      await look(page, 'run-bar');

      await menu.click();
      await look(page, 'run-menu');
      await page.getByRole('menuitemradio', { name: 'Run 2: second, Second' }).click();
      await line.filter({ hasText: /^\s*Run 2: second, Second.*3 of 8 labelled/ }).waitFor();
      for (let n = 0; n < 3; n++) await review.pressAndMove('j');
      await line.filter({ hasText: /^\s*This sample:.Run 1: / }).waitFor();
      for (let n = 0; n < 3; n++) await review.pressAndMove('k');
      await line.filter({ hasText: /^\s*Run 2/ }).waitFor();

      await menu.click();
      await page.getByRole('menuitem', { name: 'Rename run 2…' }).click();
      const name = page.getByRole('dialog', { name: 'Name of run 2' });
      await name.getByLabel('Name').fill('Upper half');
      await look(page, 'run-rename');
      await name.getByRole('button', { name: 'Rename' }).click();
      await line.filter({ hasText: /^\s*Run 2: Upper half · second, Second/ }).waitFor();

      // A correction to compare with: the first run's label, on the second one's.
      await page.locator('main').click({ position: { x: 5, y: 5 } });
      await page.keyboard.press('y');
      await page.getByRole('menuitem', { name: /^Run 1: / }).click();
      await page.locator('[data-current-state=corrected]').waitFor();
      // At once: the page compares again when the decision is saved, and when the project's counts say so.
      await page.getByRole('region', { name: 'Shown run' }).getByRole('button', { name: 'Compare' }).click();
      const table = page.getByRole('region', { name: /Run 2 beside B? ?Run 1/ });
      await table.locator('[data-measure=auc]').getByText('Too few samples to say').waitFor();
      await page.getByText(/^On all|^On 1 sample that neither side learned from/).waitFor();
      assert.equal(
        await page.getByLabel('Side A').locator('option:checked').innerText(),
        'Run 2: Upper half',
      );
      await page.getByRole('article', { name: 'Where B comes from' }).getByText('no RPN').waitFor();
      await look(page, 'run-compare');

      await page.keyboard.press('Alt+g');
      await line.filter({ hasText: /^\s*Run 2: Upper half/ }).waitFor();
      await look(page, 'run-gallery');

      await page.keyboard.press('Alt+r');
      await review.ready();
      await picker(page, 1).selectOption('raw@1');
      await page.getByRole('region', { name: 'Raw attention, run 1' }).waitFor();
      await menu.click();
      await page.getByRole('menuitem', { name: 'Remove run 2…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Remove run 2?' });
      await dialog
        .getByTestId('goes')
        .getByText('2 labels that nobody decided on, with their maps')
        .waitFor();
      await dialog
        .getByText('1 label that a person decided on, and the run for it; all decisions stay')
        .waitFor();
      await dialog.getByText('2 samples show another run’s label').waitFor();
      await look(page, 'run-removal');
      await dialog.getByRole('button', { name: 'Remove' }).click();
      await page.getByText(/^Run 2 is removed but for 1 label that a person decided on/).waitFor();
      await line.filter({ hasText: /^\s*This sample:.Run 2: Upper half.*1 of 8 labelled/ }).waitFor();
      await page.locator('[data-current-state=corrected]').waitFor();
      await review.pressAndMove('j');
      await line.filter({ hasText: /^\s*Run 1: .*8 of 8 labelled/ }).waitFor();

      // What is left is all decided on: refused with why, from the dashboard.
      await page.keyboard.press('Alt+d');
      const runs = page.getByRole('list', { name: 'Labelling runs' });
      await runs.getByText('1 of 8 labelled. Shown on 1 sample, 1 of them decided').waitFor();
      await look(page, 'run-list');
      await runs.getByRole('button', { name: 'Remove run 2' }).click();
      await dialog.getByText('a person decided on every label that run 2 has').waitFor();
      assert.ok(await dialog.getByRole('button', { name: 'Remove' }).isDisabled());
      await dialog.getByRole('button', { name: 'Keep it' }).click();
      await runs.getByRole('button', { name: 'Remove run 1' }).click();
      const first = page.getByRole('dialog', { name: 'Remove run 1?' });
      await first.getByRole('button', { name: 'Remove' }).click();
      await runs.getByRole('button', { name: 'Remove run 1' }).waitFor({ state: 'detached' });
      await page.keyboard.press('Alt+r');
      await review.choose(3);
      assert.equal(await review.currentState(), 'unlabelled');
      await review.choose(1);
      assert.equal(await review.currentState(), 'corrected');
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
    const { db, close } = openProject(project);
    assert.deepEqual(
      reviewHistory(db, 1).map(({ decision }) => decision),
      ['correct'],
    );
    assert.deepEqual(read(db, 'SELECT run_id, sample_id FROM prediction').all(), [
      { run_id: 2, sample_id: 1 },
    ]);
    close();
  });
}
