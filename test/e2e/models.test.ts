/** The Models page with the real backend and engine: add, check, label, download, go on, remove. Nothing leaves the machine. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { DEMO_CHECKPOINT } from '../support/demo.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { cacheRepository } from '../support/hub-cache.ts';
import { filesOf, hubServer, type HubServer } from '../support/hub-server.ts';
import { violations } from './support/axe.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject, smallDemoProject } from './support/demo-project.ts';
import { hostInTurn } from './support/hosts.ts';
import { labelAll } from './support/label-sheet.ts';

const TINY = join(import.meta.dirname, '../golden/oracle/cases/llava-original-tower');
const LABELLED_MS = 120_000;

let chromium: Chromium;
let hub: HubServer;
// The hosts that the tests start take these over.
const home = mkdtempSync(join(tmpdir(), 'fovea-home-'));
process.env.FOVEA_HOME = home;
process.env.HF_HUB_CACHE = join(home, 'hub');
before(async () => {
  hub = await hubServer(filesOf(TINY));
  process.env.HF_ENDPOINT = hub.endpoint;
  chromium = await launchChromium();
});
after(async () => {
  await chromium.close();
  await hub.close();
  rmSync(home, { recursive: true, force: true });
});

async function openModels(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Models' }).click();
  await page.locator('[data-model=demo]').waitFor();
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: add a folder, check it, label with it: its run becomes the one shown; forgetting it keeps the folder`, async (t) => {
    const app = await open(chromium, await smallDemoProject(t));
    try {
      const { page } = app;
      const mine = join(temporaryDir(t), 'my-llava');
      cpSync(DEMO_CHECKPOINT, mine, { recursive: true });
      await openModels(page);
      await page.getByRole('button', { name: 'Add folder…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Add a model folder' });
      await dialog.getByLabel('Checkpoint folder').fill(join(mine, 'nowhere'));
      await page.keyboard.press('Enter');
      await dialog.getByRole('alert').getByText('there is no folder here').waitFor();
      await dialog.getByLabel('Checkpoint folder').fill(mine);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'my-llava' }).waitFor();
      await page
        .getByText(/2\.9 M · 5\.\d MB$/)
        .nth(1)
        .waitFor();

      await page.getByRole('button', { name: 'Check', exact: true }).click();
      await page
        .getByTestId('check')
        .getByText(/^Runs on \w+, loaded in/)
        .waitFor();

      // Given answers make a run of their own for the same weights.
      await page.getByLabel('Answers').selectOption('teacher');
      await page.getByRole('button', { name: 'Label with this model' }).click();
      await labelAll(page);
      await page.getByText('Labelled. Its labels are shown now.').waitFor({ timeout: LABELLED_MS });
      await page.getByRole('button', { name: 'Go to review' }).click();
      await page.locator('[data-current-state]').waitFor();
      await page.getByText('given, fed in one pass').waitFor();

      await openModels(page);
      await page.locator('[data-model=my-llava]').click();
      await page.getByRole('button', { name: 'Remove…' }).click();
      await page.getByTestId('stays').getByText(`Your folder ${mine} and every file in it.`).waitFor();
      await page.getByRole('button', { name: 'Remove from the list' }).click();
      await page.locator('[data-model=my-llava]').waitFor({ state: 'detached' });
      assert.deepEqual(readdirSync(mine).sort(), readdirSync(DEMO_CHECKPOINT).sort());
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}

test('download, cancel, go on, remove with its files; a refusal is said in the dialog', async (t) => {
  const app = await openInBrowserHost(chromium, await demoProject(t));
  try {
    const { page } = app;
    await openModels(page);
    const ask = async (repo: string) => {
      await page.getByLabel('Repository').fill(repo);
      await page.keyboard.press('Enter');
    };
    await page.getByRole('button', { name: 'Download…' }).click();
    hub.faults.set('list', [{ kind: 'status', status: 401 }]);
    await ask('org/name');
    await page
      .getByRole('alert')
      .getByText(/set HF_TOKEN/)
      .waitFor();
    hub.faults.set('model.safetensors', [{ kind: 'drop', after: 50_000 }, { kind: 'silent' }]);
    await ask('org/name');
    await page.getByRole('heading', { name: 'org/name' }).waitFor();
    const bar = page.getByRole('progressbar', { name: 'Downloading org/name' }).first();
    await bar.waitFor();
    // A page that comes back finds it under way.
    await page.reload();
    await openModels(page);
    await page.locator('[data-model="org/name"]').click();
    await bar.waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Files so far are kept.').waitFor();
    hub.faults.clear();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('region', { name: 'What it is' }).waitFor();
    const models = join(home, 'models');
    const [folder = ''] = readdirSync(models).filter((name) => name.startsWith('org--name'));
    assert.ok(existsSync(join(models, folder, 'model.safetensors')));

    await page.getByRole('button', { name: 'Remove…' }).click();
    await page
      .getByTestId('goes')
      .getByText(/8 files \(19\d kB\) that Fovea downloaded to/)
      .waitFor();
    await page.getByRole('button', { name: 'Remove and delete' }).click();
    await page.locator('[data-model="org/name"]').waitFor({ state: 'detached' });
    assert.deepEqual(
      readdirSync(models).filter((name) => name.startsWith('org')),
      [],
    );
    assert.deepEqual(app.complaints, []);
  } finally {
    await app.close();
  }
});

test('the page and its dialogs have no accessibility violations in either theme', async (t) => {
  const app = await openInBrowserHost(chromium, await demoProject(t));
  try {
    const { page } = app;
    await openModels(page);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
      assert.deepEqual(await violations(page), [], colorScheme);
      for (const [button, title] of [
        ['Add folder…', 'Add a model folder'],
        ['Download…', 'Download a model'],
      ] as const) {
        await page.getByRole('button', { name: button }).click();
        await page.getByRole('dialog', { name: title }).waitFor();
        assert.deepEqual(await violations(page), [], `${title}, ${colorScheme}`);
        await page.keyboard.press('Escape');
      }
    }
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.getByTestId('check').waitFor();
    assert.deepEqual(await violations(page), [], 'checked');
    cacheRepository(join(home, 'hub'), 'org/cached', TINY);
    await page.reload();
    await openModels(page);
    await page.getByRole('button', { name: 'Add folder…' }).click();
    const add = page.getByRole('button', { name: 'Add org/cached' });
    await add.waitFor();
    assert.deepEqual(await violations(page), [], 'with the cache');
    await add.click();
    await page.getByRole('heading', { name: 'org/cached' }).waitFor();
  } finally {
    await app.close();
  }
});
