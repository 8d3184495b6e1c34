/** The Train page with the real engine and the real process that trains: from the choice of labels to the version that labelling uses. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { violations } from './support/axe.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { hostInTurn } from './support/hosts.ts';
import { trainingDemo } from './support/training-demo.ts';

const STEPS = 200;
const LONG_MS = 120_000;

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

async function openTrain(page: Page) {
  await page.getByRole('tab', { name: 'Train' }).click();
  const plan = page.getByTestId('training-plan');
  await page.locator('[data-testid=training-plan][aria-busy=false]').waitFor({ timeout: LONG_MS });
  return plan;
}

/** What the picture of a curve says of it. */
function curve(page: Page, title: string) {
  return page.getByRole('img', { name: new RegExp(`^${title}: `) });
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: a run is begun, its curve grows, it rests over a reload and goes on; its version is used, and is not`, async (t) => {
    const app = await open(chromium, await trainingDemo(t, { corrected: 4 }));
    try {
      const { page } = app;
      const plan = await openTrain(page);
      assert.match((await plan.textContent()) ?? '', /Learns from 10 samples \(3 corrected, 7 predicted\)/);
      await page.getByLabel('Held out, %').fill('95');
      await page.getByText('A number from 0 to 90').waitFor();
      assert.ok(await page.getByRole('button', { name: 'Start training' }).isDisabled());
      await page.getByLabel('Held out, %').fill('30');
      await page.getByText('Settings', { exact: true }).click();
      await page.getByLabel('Steps', { exact: true }).fill(String(STEPS));
      await page.getByLabel('Learning rate').fill('1e-3');
      await page.getByText(`${STEPS} steps of 2 samples`).waitFor();
      await page.getByLabel('Starts from').selectOption('new');
      await plan.getByText('Fill in the fields above').waitFor();
      assert.equal(await plan.getByText('Starts from').count(), 0, 'a plan of another form is not shown');
      await page.getByLabel('Starts from').selectOption('active');
      await page.locator('[data-testid=training-plan][aria-busy=false]').waitFor();
      await page.getByText(`${STEPS} steps of 2 samples`).waitFor();
      await page.getByLabel('Name of the version').fill('mine');
      await page.getByLabel('Name of the version').press('Enter');

      const run = page.getByRole('region', { name: 'Run 1' });
      await page.locator('[data-run="1"][data-status=running]').waitFor({ timeout: LONG_MS });
      await page
        .getByRole('img', { name: /^Held-out AUC: Student .* step [1-9]\d*; Teacher 0\.\d+$/ })
        .waitFor();
      await run.getByRole('button', { name: 'Pause' }).click();
      await page.locator('[data-run="1"][data-status=paused]').waitFor({ timeout: LONG_MS });
      const progress = () => page.getByTestId('training-progress').textContent();
      const rested = await progress();
      assert.match(rested ?? '', new RegExp(`^[1-9]\\d* of ${STEPS} steps`));
      await page.reload();
      await page.locator('[data-run="1"][data-status=paused]').waitFor({ timeout: LONG_MS });
      await curve(page, 'Loss').waitFor();
      // How long it took is known once its points are there.
      await page.getByTestId('training-progress').filter({ hasText: rested!.trim() }).waitFor();
      assert.deepEqual(await violations(page), []);

      await run.getByRole('button', { name: 'Resume' }).click();
      await page.locator('[data-run="1"][data-status=done]').waitFor({ timeout: LONG_MS });
      const version = page.getByRole('row', { name: /^mine/ });
      await version.waitFor();
      assert.match((await version.textContent()) ?? '', /Run 1.*0\.\d{4}.*held-out sample/);
      await page.getByRole('img', { name: new RegExp(`^Loss: .*at step ${STEPS}`) }).waitFor();

      await version.getByRole('button', { name: 'Use version mine' }).click();
      await version.getByText('In use').waitFor();
      await page.getByText('Labelling uses mine from now on').waitFor();
      await page.getByRole('option', { name: 'The RPN in use (mine)' }).waitFor({ state: 'attached' });
      await page.getByRole('button', { name: 'Undo' }).click();
      await page
        .getByRole('row', { name: /^The model’s own/ })
        .getByText('In use')
        .waitFor();
      await version.getByRole('button', { name: 'Predict with version mine' }).click();
      await page.getByText('Asking mine; undecided samples will show its regions').waitFor();
      const asking = page.getByRole('progressbar', { name: 'Asking another RPN' });
      await asking.waitFor({ state: 'detached', timeout: LONG_MS });
      await version.getByText('mine').first().waitFor();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
        assert.deepEqual(await violations(page), [], colorScheme);
      }
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });

  test(`${name}: labels that are not there are said before anything begins; a run is discarded only after a question`, async (t) => {
    const app = await open(chromium, await trainingDemo(t, { samples: 8 }));
    try {
      const { page } = app;
      const plan = await openTrain(page);
      await page.getByText('No versions yet. Each run ends with one').waitFor();
      await page.getByLabel('Reviewed only').check();
      await plan.getByText('No sample is left to learn from (8 not reviewed)').waitFor();
      await plan.getByText('Accept or correct samples first, or learn from predicted labels too').waitFor();
      const start = page.getByRole('button', { name: 'Start training' });
      assert.ok(await start.isDisabled());

      await page.getByLabel('As predicted').check();
      await plan.getByText(/Learns from/).waitFor();
      await page.getByText('Settings', { exact: true }).click();
      await page.getByLabel('Steps', { exact: true }).fill('5000');
      await page.getByText('5,000 steps').waitFor();
      await start.click();
      await page.locator('[data-run="1"][data-status=running]').waitFor({ timeout: LONG_MS });
      await page.getByText('No held-out label was corrected').waitFor();
      await page.getByRole('button', { name: 'Discard…' }).click();
      const question = page.getByRole('dialog', { name: 'Discard run 1?' });
      await question.getByRole('button', { name: 'Keep it' }).click();
      await page.locator('[data-run="1"][data-status=running]').waitFor();
      await page.getByRole('tab', { name: 'Review' }).click();
      await page.getByRole('group', { name: 'Training' }).getByRole('button', { name: 'Show' }).click();
      await page.getByRole('button', { name: 'Discard…' }).click();
      await question.getByRole('button', { name: 'Discard the run' }).click();
      await page.locator('[data-run="1"][data-status=cancelled]').waitFor({ timeout: LONG_MS });
      await page.getByText('No versions yet. Each run ends with one').waitFor();
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}
