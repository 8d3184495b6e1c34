/** A LoRA adapter from the Models page to its base beside it in panes, in both hosts, with the real engine. */
import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { DEMO_CHECKPOINT } from '../support/demo.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { writeAdapter } from '../support/write-adapter.ts';
import { violations } from './support/axe.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { smallDemoProject } from './support/demo-project.ts';
import { hostInTurn } from './support/hosts.ts';
import { pane, valuesAt } from './support/panes.ts';
import { labelAll } from './support/label-sheet.ts';

const LABELLED_MS = 120_000;

let chromium: Chromium;
const home = mkdtempSync(join(tmpdir(), 'fovea-home-'));
process.env.FOVEA_HOME = home;
before(async () => {
  chromium = await launchChromium();
});
after(async () => {
  await chromium.close();
  rmSync(home, { recursive: true, force: true });
});

/** For people who look: pictures of both themes go to `FOVEA_SCREENSHOTS`. */
async function bothThemes(page: Page, what: string): Promise<void> {
  const folder = process.env.FOVEA_SCREENSHOTS;
  for (const scheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    assert.deepEqual(await violations(page), [], `${what}, ${scheme}`);
    if (folder !== undefined) await page.screenshot({ path: join(folder, `${what}-${scheme}.png`) });
  }
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: an adapter is added, labels, and stands beside its base in panes in one step`, async (t) => {
    const app = await open(chromium, await smallDemoProject(t));
    try {
      const { page } = app;
      await page.setViewportSize({ width: 1440, height: 900 });
      const mine = `lora-${name.split(' ')[0]?.toLowerCase()}`;
      const lora = writeAdapter(join(realpathSync(temporaryDir(t)), mine), DEMO_CHECKPOINT);
      await page.getByRole('tab', { name: 'Models' }).click();
      await page.locator('[data-model=demo]').waitFor();
      await page.getByRole('button', { name: 'Add folder…' }).click();
      await page.getByLabel('Checkpoint folder').fill(lora);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: mine }).waitFor();
      await page.getByText('LoRA of rank 2 on 3 layers: down_proj, q_proj, v_proj').waitFor();
      await page.getByText(DEMO_CHECKPOINT, { exact: true }).waitFor();
      await bothThemes(page, `adapter-model-${name.replace(' ', '-')}`);

      // From the base's page the adapter is a choice too.
      await page.locator('[data-model=demo]').click();
      await page.getByLabel('LoRA adapter').selectOption(lora);
      await page.getByRole('button', { name: 'Label with this model' }).click();
      await labelAll(page);
      await page.getByText('Labelled. Its labels are shown now.').waitFor({ timeout: LABELLED_MS });

      await page.getByRole('button', { name: 'Compare with its base' }).click();
      await page.locator('[data-current-state]').waitFor();
      await page.getByRole('region', { name: 'Raw attention − Raw attention, run 1' }).waitFor();
      const names = page.getByTestId('run');
      await names.nth(1).waitFor();
      const [here = '', there = ''] = await names.allInnerTexts();
      assert.equal(here, `${there} + ${mine}`);
      await pane(page, 2).getByTestId('highest').filter({ hasText: /\d/ }).waitFor();
      let moved = false;
      for (const y of [0.2, 0.35, 0.5, 0.65, 0.8]) {
        const [ours = NaN, theirs = NaN, difference = NaN] = (await valuesAt(page, 0.5, y)).map(Number);
        assert.ok(Math.abs(ours - theirs - difference) < 2e-3, `${ours} − ${theirs} is ${difference}`);
        moved ||= difference !== 0;
      }
      assert.ok(moved, 'the adapter moves attention');
      await bothThemes(page, `adapter-panes-${name.replace(' ', '-')}`);

      // The base's run on screen, its adapter one step away.
      await page.getByRole('button', { name: 'Show another run, rename or remove this one' }).click();
      await page.getByRole('menuitemradio', { name: /^Run 1: / }).click();
      await page.getByRole('button', { name: 'Compare with another run' }).click();
      await page
        .getByRole('menuitem', { name: new RegExp(`^With its adapter · Run 2: .* \\+ ${mine}`) })
        .click();
      await page.getByRole('region', { name: 'Raw attention − Raw attention, run 2' }).waitFor();
      await names.filter({ hasText: here }).waitFor();
      assert.deepEqual(await names.allInnerTexts(), [there, here]);
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}
