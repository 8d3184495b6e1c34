/**
 * Checking int4 weights on the Models page: the cache that is written first has a bar and can be stopped, and the end
 * names the device that ran. The engine is real; only the pace of writing is the test's, which a tiny model ends at once.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../scripts/lib/paths.mjs';
import { startBrowserHost } from '../../src-main/app/browser/host.ts';
import { appResources } from '../../src-main/app/resources.ts';
import { EngineClient } from '../../src-main/engine/client.ts';
import type { Engine } from '../../src-main/engine/protocol.ts';
import { createBackend } from '../../src-main/rpc/backend.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { violations } from './support/axe.ts';
import { demoProject } from './support/demo-project.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';

const GB = 1e9;

let chromium: Chromium;
const home = mkdtempSync(join(tmpdir(), 'fovea-home-'));
// The engine's process takes it over: there the cache lies.
process.env.FOVEA_HOME = home;
before(async () => {
  chromium = await launchChromium();
});
after(async () => {
  await chromium.close();
  rmSync(home, { recursive: true, force: true });
});

test('a bar while int4 weights are written, a stop that keeps them, and the device that ran', async (t) => {
  const real = new EngineClient();
  const pace = { go: (): void => {} };
  const paused = (signal: AbortSignal | undefined) =>
    new Promise<void>((resolve, reject) => {
      pace.go = resolve;
      signal?.addEventListener('abort', () => reject(new FoveaError('cancelled', 'stopped')));
    });
  const engine: Engine = {
    pid: null,
    dispose: () => real.dispose(),
    label: (...args) => real.label(...args),
    tokens: (...args) => real.tokens(...args),
    reanswer: (...args) => real.reanswer(...args),
    look: (...args) => real.look(...args),
    tryMethod: (...args) => real.tryMethod(...args),
    features: (...args) => real.features(...args),
    embed: (...args) => real.embed(...args),
    predict: (...args) => real.predict(...args),
    choosePrecision: (...args) => real.choosePrecision(...args),
    modelInfo: async (model, signal, onQuantise) => {
      onQuantise?.({ precision: 'int4', done: 1 * GB, total: 8 * GB });
      await new Promise((resolve) => setTimeout(resolve, 20));
      onQuantise?.({ precision: 'int4', done: 2 * GB, total: 8 * GB });
      await paused(signal);
      return real.modelInfo({ ...model, device: 'cpu' }, signal, onQuantise);
    },
  };
  const backend = await createBackend({
    host: 'browser',
    projectPath: await demoProject(t),
    engine,
    version: '1',
    reviewer: 'ann',
    resources: appResources(),
    dataDir: home,
  });
  const host = await startBrowserHost({
    backend,
    pageDir: join(root, 'dist/renderer'),
    port: 0,
    dataDir: home,
  });
  const context = await chromium.browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    const page = await context.newPage();
    await page.goto(host.url);
    await page.getByRole('tab', { name: 'Models' }).click();
    await page.locator('[data-model=demo]').waitFor();
    const check = page.getByRole('button', { name: 'Check with int4 weights' });
    await check.click();
    const bar = page.getByRole('progressbar', { name: 'Writing int4 weights of demo' });
    await bar.waitFor();
    await page.getByText(/^2\.0 GB of 8\.0 GB read · .+\/s · .+ left$/).waitFor();
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Stopped. What is written is kept').waitFor();

    await check.click();
    await bar.waitFor();
    // A page that comes back finds it under way.
    await page.reload();
    await page.getByRole('tab', { name: 'Models' }).click();
    await bar.waitFor();
    pace.go();
    await page
      .getByTestId('check-int4')
      .getByText(/^Runs on cpu, loaded in .+, with int4 weights\.$/)
      .waitFor();
    assert.ok(readdirSync(join(home, 'cache'), { recursive: true }).length > 0, 'the cache was written');
  } finally {
    await context.close();
    await host.close();
    await backend.dispose();
    await engine.dispose();
  }
});
