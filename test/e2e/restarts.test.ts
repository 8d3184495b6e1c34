/** The host ends and begins again, at the same port, at another one, or where somebody else has taken it: no decision is lost. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { serve, type ServedHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { TOUR_TAKEN } from './support/hosted-page.ts';
import { ReviewPage } from './support/review-page.ts';
import { FOVEA } from '../support/program.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

interface Opened {
  readonly host: ServedHost;
  readonly project: string;
  readonly home: string;
  readonly page: Page;
  readonly review: ReviewPage;
}

async function open(t: TestContext): Promise<Opened> {
  const project = await demoProject(t);
  const home = join(dirname(project), 'home');
  const host = await serve(project, home, 0);
  t.after(() => host.end());
  return { host, project, home, ...(await visit(t, host.url)) };
}

async function visit(t: TestContext, url: string): Promise<{ page: Page; review: ReviewPage }> {
  const context = await chromium.browser.newContext({
    viewport: { width: 1440, height: 900 },
    acceptDownloads: true,
  });
  t.after(() => context.close());
  await context.addInitScript(TOUR_TAKEN);
  const page = await context.newPage();
  await page.goto(url);
  const review = new ReviewPage(page);
  await review.ready();
  return { page, review };
}

async function again(t: TestContext, opened: Opened, port: number): Promise<ServedHost> {
  const host = await serve(opened.project, opened.home, port);
  t.after(() => host.end());
  return host;
}

/** Kills the host and rejects two samples while nobody hears of it. */
async function decideAlone({ host, page, review }: Opened): Promise<[number, number]> {
  await review.lookAhead(2);
  await host.kill();
  await page.getByText('Connection lost').waitFor();
  const first = await review.currentId();
  await review.pressAndMove('x');
  const second = await review.currentId();
  await review.pressAndMove('x');
  return [first, second];
}

async function historyOf(page: Page, review: ReviewPage, sample: number): Promise<number> {
  await review.choose(sample);
  return page.getByRole('region', { name: 'History' }).getByRole('listitem').count();
}

for (const where of ['the same port', 'another port']) {
  test(`killed and begun again at ${where}: the page comes back by itself and saves what was decided`, async (t) => {
    const opened = await open(t);
    const { host, page, review } = opened;
    const samples = await decideAlone(opened);
    const later = await again(t, opened, where === 'the same port' ? host.port : 0);
    if (where === 'another port') assert.notEqual(later.port, host.port);
    await review.saved();
    await page.getByText('Connection lost').waitFor({ state: 'detached' });
    // Pictures, reloads and a second tab go on at the address that the person has.
    await page.reload();
    await review.ready();
    await page.locator('canvas').first().waitFor();
    assert.equal(await page.getByText(/^The picture .* cannot be shown/).count(), 0);
    for (const sample of samples) {
      assert.equal(await review.rowState(sample), 'rejected');
      assert.equal(await historyOf(page, review, sample), 1, 'saved once');
    }
  });
}

test('reloaded while nobody answers: the decisions wait in the browser and are saved, once', async (t) => {
  const opened = await open(t);
  const { host, page, review } = opened;
  page.on('dialog', (dialog) => void dialog.accept());
  const samples = await decideAlone(opened);
  await page.goto('about:blank');
  await again(t, opened, host.port);
  await page.goto(`http://127.0.0.1:${host.port}/`);
  await review.ready();
  await review.saved();
  for (const sample of samples) {
    assert.equal(await review.rowState(sample), 'rejected');
    assert.equal(await historyOf(page, review, sample), 1);
  }
});

test('the port is taken: the decisions go as a file to the page at the new address, which asks where somebody decided since', async (t) => {
  const opened = await open(t);
  const { host, page, project, home } = opened;
  const [first, second] = await decideAlone(opened);
  const stranger = createServer((_request, response) => response.end('not Fovea')).listen(
    host.port,
    '127.0.0.1',
  );
  await once(stranger, 'listening');
  t.after(() => stranger.close());
  await page.getByText('If you started Fovea again').waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save 2 decisions as a file' }).click(),
  ]);
  const file = join(home, 'handed.decisions.jsonl');
  await download.saveAs(file);
  assert.equal(readFileSync(file, 'utf8').trim().split('\n').length, 2);

  const later = await again(t, opened, 0);
  const there = await visit(t, later.url);
  // Somebody decides one of them meanwhile.
  await there.review.choose(second);
  await there.review.pressAndMove('Enter');
  await there.review.saved();
  const take = async (): Promise<void> => {
    await there.page.keyboard.press('Alt+d');
    const [chooser] = await Promise.all([
      there.page.waitForEvent('filechooser'),
      there.page.getByRole('button', { name: 'Import them…' }).click(),
    ]);
    await chooser.setFiles(file);
    await there.page.keyboard.press('Alt+r');
    await there.review.ready();
  };
  await take();
  await there.page.getByText('Yours is not saved').waitFor();
  await there.page.getByRole('button', { name: 'Keep mine' }).click();
  await there.review.saved();
  assert.equal(await there.review.rowState(first), 'rejected');
  assert.equal(await there.review.rowState(second), 'rejected');
  await take();
  await there.page.getByText('All of these decisions are already saved').waitFor();
  assert.equal(await historyOf(there.page, there.review, first), 1);
  assert.equal(await historyOf(there.page, there.review, second), 2);

  const applied = spawnSync(process.execPath, [FOVEA, 'review', project, '--apply', file, '--json'], {
    encoding: 'utf8',
    env: { ...process.env, FOVEA_HOME: home },
  });
  assert.equal(applied.status, 0, applied.stderr);
  const { done, skipped } = JSON.parse(applied.stdout) as { done: number; skipped: number };
  assert.deepEqual([done, skipped], [0, 2]);
});

test('another project is served at the address: the decisions are kept for theirs, and saved when it is open again', async (t) => {
  const opened = await open(t);
  const { host, page, review, project } = opened;
  const [first] = await decideAlone(opened);
  const other = await demoProject(t);
  const later = await serve(other, opened.home, host.port);
  t.after(() => later.end());
  await page.getByText('are not saved yet').waitFor();
  await review.ready();
  assert.equal(await review.rowState(first), 'pending', 'nothing of it went to the other project');
  // The other is a copy, with the same id: what is decided and saved there takes nothing from what waits.
  await review.pressAndMove('Enter');
  await review.saved();
  await page.keyboard.press('Alt+o');
  await page.getByLabel('Open a project folder').fill(project);
  await page.keyboard.press('Enter');
  await page.locator(`[data-sample="${first}"][data-state=rejected]`).waitFor();
  await review.saved();
  assert.equal(await historyOf(page, review, first), 1);
});

test('a host that does not know the page says so on the page, with what to open', async (t) => {
  const opened = await open(t);
  const { host, page, project, home } = opened;
  await decideAlone(opened);
  const stranger = await serve(project, join(home, 'another'), host.port);
  t.after(() => stranger.end());
  await page.getByText('does not know this browser').waitFor();
  await page.getByText('Open the address that Fovea printed').waitFor();
  await page.getByRole('button', { name: 'Save 2 decisions as a file' }).waitFor();
  // Let in at the new address, this browser saves them.
  await page.goto(stranger.url);
  await opened.review.ready();
  await opened.review.saved();
  await page.locator('[data-state=rejected]').nth(1).waitFor();
});

test('an address lets one browser in; theme and keys are those of the data folder in any', async (t) => {
  const opened = await open(t);
  const { page, host, home } = opened;
  await page.getByRole('button', { name: /^Theme: system/ }).click();
  await page.getByRole('button', { name: /^Theme: dark/ }).click();
  await page.locator('html[data-theme=light]').waitFor();
  const used = await chromium.browser.newContext();
  t.after(() => used.close());
  const refused = await used.newPage();
  await refused.goto(host.url);
  await refused.getByText('This address was used already').waitFor();
  assert.deepEqual(await used.cookies(), []);
  const fresh = spawnSync(process.execPath, [FOVEA, 'open', '--no-open', '--json'], {
    encoding: 'utf8',
    env: { ...process.env, FOVEA_HOME: home },
  });
  const { url } = JSON.parse(fresh.stdout) as { url: string };
  await refused.goto(url);
  await refused.locator('html[data-theme]').waitFor();
  await new ReviewPage(refused).ready();
  assert.equal(await refused.locator('html').getAttribute('data-theme'), 'light');
});

test('several decisions on the sample at hand that an earlier page could not save: the last of them is shown', async (t) => {
  const opened = await open(t);
  const { host, page, review } = opened;
  page.on('dialog', (dialog) => void dialog.accept());
  const sample = await review.currentId();
  await review.pressAndMove('ArrowRight');
  await review.pressAndMove('ArrowLeft');
  await host.kill();
  await page.getByText('Connection lost').waitFor();
  await review.pressAndMove('x');
  await review.pressAndMove('ArrowLeft');
  for (let n = 0; n < 3; n++) await page.keyboard.press('.');
  await page.locator('[data-current-state=corrected]').waitFor();
  const changed = await page.locator('[data-changed]').getAttribute('data-changed');
  await page.goto('about:blank');
  await again(t, opened, host.port);
  await page.goto(`http://127.0.0.1:${host.port}/`);
  await review.ready();
  await review.saved();
  assert.equal(await review.currentId(), sample);
  await page.locator(`[data-current-state=corrected]`).waitFor();
  await page.locator(`[data-changed="${changed}"]`).waitFor({ state: 'attached' });
  assert.equal(await historyOf(page, review, sample), 4);
});
