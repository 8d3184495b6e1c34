/** Relabelling many samples: asked first, former labels kept until new ones are there, stopped, gone on with, taken back. */
import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { withEngine } from '../../src-main/app/engine.ts';
import { appResources } from '../../src-main/app/resources.ts';
import { labelParams } from '../../src-main/jobs/label/params.ts';
import { runLabelJob } from '../../src-main/jobs/label/label.ts';
import { read, write } from '../../src-main/store/db.ts';
import { openProject } from '../../src-main/store/file/project.ts';
import { IGNORE } from '../../src-shared/kernels/types.ts';
import { violations } from './support/axe.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { smallDemoProject } from './support/demo-project.ts';
import { labelAll, labelSheet } from './support/label-sheet.ts';
import { ReviewPage } from './support/review-page.ts';

const LABELLED_MS = 120_000;
const shots = process.env.FOVEA_TEST_SHOTS;

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

type Page = Awaited<ReturnType<typeof openInBrowserHost>>['page'];

async function look(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
    assert.deepEqual(await violations(page), [], `${name}, ${colorScheme}`);
    if (shots) await page.screenshot({ path: join(shots, `${name}-${colorScheme}.png`) });
  }
}

/** How many samples show which run, and how many show none. */
function shown(path: string): Record<string, number> {
  const { db, close } = openProject(path);
  const rows = read<{ run: number | null; n: number }>(
    db,
    `SELECT p.run_id AS run, COUNT(*) AS n FROM sample_state t
     LEFT JOIN prediction p ON p.id = t.prediction_id GROUP BY p.run_id`,
  ).all();
  close();
  return Object.fromEntries(rows.map(({ run, n }) => [String(run), n]));
}

/** A second run, with given answers, that a person stopped after three samples. */
async function stoppedRun(path: string): Promise<void> {
  const project = openProject(path);
  try {
    await withEngine(async (engine) => {
      const wish = { modelDir: null, presetId: null, answerMode: 'teacher', limit: null } as const;
      const params = await labelParams(project, engine, wish, appResources());
      const stop = new AbortController();
      let done = 0;
      const onSample = () => ++done === 3 && stop.abort();
      await runLabelJob(project, engine, { ...params, inFlight: 1 }, { signal: stop.signal, onSample });
    });
  } finally {
    project.close();
  }
}

test('labelling asks which samples, with what and how long; Cancel changes nothing; the filter is offered', async (t) => {
  const path = await smallDemoProject(t, 48);
  process.env.FOVEA_HOME = dirname(path);
  const before = shown(path);
  const total = before['1']!;
  const app = await openInBrowserHost(chromium, path);
  try {
    const { page } = app;
    await page.setViewportSize({ width: 1280, height: 800 });
    const review = new ReviewPage(page);
    await review.ready();
    await review.pressAndMove('x');
    await review.saved();
    await page.keyboard.press('Alt+m');
    await page.getByLabel('Answers').selectOption('teacher');
    const ask = page.getByRole('button', { name: 'Label with this model' });
    await ask.click();
    const sheet = labelSheet(page);
    const numbers = sheet.getByTestId('label-preview');
    await numbers.getByText('Not known yet: nothing has been labelled here this way').waitFor();
    await numbers.getByText('Decided by a person').waitFor();
    await sheet.getByText(new RegExp(`${total - 1} samples\\s+show\\s+run 1 `)).waitFor();
    await sheet.getByText('continued and taken back').waitFor();
    const size = sheet.getByTestId('feature-size');
    await size.getByText(/^About \d+(\.\d)? MB for \d+ samples, by the model’s files\.$/).waitFor();
    const room = sheet.getByLabel('Space for kept features, in GB');
    assert.deepEqual([await room.inputValue(), await room.isDisabled()], ['20', true]);
    await look(page, 'label-sheet');
    await sheet.getByLabel('Keep features for training an RPN').check();
    await room.fill('0.001');
    await size.getByText(/More than the limit/).waitFor();
    await room.fill('');
    await sheet.getByText('Enter a number of GB above 0.').waitFor();
    assert.ok(await sheet.getByRole('button', { name: /^Label [\d,]+ samples$/ }).isDisabled());
    await look(page, 'label-sheet-keeping');
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    assert.deepEqual(shown(path), before);

    // With a pace of its own: the same model answering itself.
    await page.getByLabel('Answers').selectOption('self');
    await ask.click();
    await numbers.getByText('Already labelled this way, shown at once').waitFor();
    await numbers.getByText('None: the model is not asked').waitFor();
    await page.keyboard.press('Escape');

    await page.keyboard.press('Alt+r');
    await page.locator('[data-filter=pending]').click();
    await review.ready();
    await page.keyboard.press('Alt+m');
    await page.getByLabel('Answers').selectOption('teacher');
    await ask.click();
    await sheet.getByLabel('Samples in the filter').check();
    await sheet.getByRole('button', { name: `Label ${total - 1} samples` }).waitFor();
    await page.keyboard.press('Escape');
    assert.deepEqual(app.complaints, []);
  } finally {
    await app.close();
  }
});

test('while a project is relabelled every sample keeps a label, and the whole run can be taken back and put back', async (t) => {
  const path = await smallDemoProject(t, 48);
  process.env.FOVEA_HOME = dirname(path);
  const total = shown(path)['1']!;
  const app = await openInBrowserHost(chromium, path);
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    await review.pressAndMove('x');
    await review.saved();
    await page.keyboard.press('Alt+m');
    await page.getByLabel('Answers').selectOption('teacher');
    await page.getByRole('button', { name: 'Label with this model' }).click();
    await labelAll(page);
    const job = page.getByRole('group', { name: 'Labelling' });
    await job.waitFor();
    const seen: Record<string, number>[] = [];
    while ((await job.count()) > 0) {
      seen.push(shown(path));
      await page.waitForTimeout(50);
    }
    assert.ok(
      seen.every((each) => !('null' in each)),
      'nothing is ever without a label',
    );
    assert.deepEqual(shown(path), { 1: 1, 2: total - 1 }, 'what was decided on stays');

    await page.keyboard.press('Alt+d');
    const runs = page.getByRole('list', { name: 'Labelling runs' });
    await runs.getByText(`Shown on ${total - 1} samples`).waitFor();
    await runs.scrollIntoViewIfNeeded();
    await look(page, 'dashboard-runs');
    await runs.getByRole('button', { name: 'Take back run 2' }).click();
    await page.getByText(`Run 2 is taken back. ${total - 1} samples show the earlier label again.`).waitFor();
    assert.deepEqual(shown(path), { 1: total });
    await page
      .getByRole('group', { name: /^Run 2 is taken back/ })
      .getByRole('button', { name: 'Undo' })
      .click();
    await runs.getByText(`Shown on ${total - 1} samples`).waitFor();
    assert.deepEqual(shown(path), { 1: 1, 2: total - 1 });
    assert.deepEqual(app.complaints, []);
  } finally {
    await app.close();
  }
});

test('a run that was stopped says what shows which label, and is gone on with or taken back', async (t) => {
  const path = await smallDemoProject(t, 48);
  process.env.FOVEA_HOME = dirname(path);
  const total = shown(path)['1']!;
  await stoppedRun(path);
  assert.deepEqual(shown(path), { 1: total - 3, 2: 3 });
  const app = await openInBrowserHost(chromium, path);
  try {
    const { page } = app;
    await new ReviewPage(page).ready();
    const banner = page.getByRole('status', { name: 'Labelling stopped' });
    await banner
      .getByText(
        new RegExp(
          `run 2 stopped with ${total - 3} samples left. 3 samples show run 2 .+, ${total - 3} show run 1`,
        ),
      )
      .waitFor();
    await look(page, 'label-stopped');
    await banner.getByRole('button', { name: 'Take back' }).click();
    await page.getByText('Run 2 is taken back. 3 samples show the earlier label again.').waitFor();
    await banner.waitFor({ state: 'detached' });
    assert.deepEqual(shown(path), { 1: total });

    await page.keyboard.press('Alt+d');
    await page.getByRole('button', { name: 'Continue run 2' }).click();
    const job = page.getByRole('group', { name: 'Labelling' });
    await job.waitFor();
    await job.waitFor({ state: 'detached', timeout: LABELLED_MS });
    assert.deepEqual(shown(path), { 2: total });
    assert.deepEqual(app.complaints, []);
  } finally {
    await app.close();
  }
});

test('a label that carries nothing is not accepted by Enter: the page says why and stays', async (t) => {
  const path = await smallDemoProject(t, 48);
  const project = openProject(path);
  const [, , third] = read<{ id: number; cells: number }>(
    project.db,
    'SELECT sample_id AS id, LENGTH(label) AS cells FROM prediction ORDER BY sample_id LIMIT 3',
  ).all();
  assert.ok(third);
  const nothing = new Uint8Array(new Int8Array(third.cells).fill(IGNORE).buffer);
  write(project.db, 'UPDATE prediction SET label = ? WHERE sample_id = ?').run(nothing, third.id);
  project.close();
  const app = await openInBrowserHost(chromium, path);
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    for (let n = 0; n < 2; n++) await review.pressAndMove('ArrowRight');
    assert.equal(await review.currentId(), third.id);
    await page.keyboard.press('Enter');
    await page.getByText('This cannot be accepted: every cell of the label is ignore').waitFor();
    assert.equal(await review.currentId(), third.id);
    assert.equal(await review.currentState(), 'pending');
    await review.pressAndMove('x');
    await review.saved();
    assert.equal(await review.rowState(third.id), 'rejected');
    assert.deepEqual(app.complaints, []);
  } finally {
    await app.close();
  }
});
