/** Labelling seen from the page: samples arrive live, the engine's death is survived, the queue stays usable. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { openInElectron } from './support/electron-app.ts';
import { ReviewPage } from './support/review-page.ts';

const ADDED = 16;

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

/** Writes questions about the project's own pictures that nobody labelled yet. */
function writeQuestions(project: string): string {
  const lines = readdirSync(join(project, 'images'))
    .filter((name) => /\.(png|webp|jpe?g)$/.test(name))
    .slice(0, ADDED)
    .map((image, i) =>
      JSON.stringify({ question_id: `new-${i}`, image, text: 'Which code is on the red tag?' }),
    );
  const file = join(dirname(project), 'more.jsonl');
  writeFileSync(file, lines.join('\n'));
  return file;
}

/** Processes that a process started; the backend starts nothing but the engine. */
function childrenOf(pid: number): number[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child!);
}

test('import from the page, kill the engine while it labels: it goes on, reviewing too, and every sample is labelled once', async (t) => {
  const project = await demoProject(t);
  const app = await openInElectron(chromium, project);
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    await page.getByRole('button', { name: 'Import…' }).click();
    await page.getByLabel('Picture folder').fill(join(project, 'images'));
    await page.getByLabel('Questions file').fill(writeQuestions(project));
    await page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText(`${ADDED} added`).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: `Label ${ADDED} samples` }).click();
    const progress = page.getByRole('progressbar', { name: 'Labelling' });
    await progress.waitFor();
    let engines: number[] = [];
    while (engines.length === 0) {
      engines = childrenOf(app.backendPid());
      await page.waitForTimeout(50);
    }
    await page.waitForTimeout(1000);
    for (const pid of childrenOf(app.backendPid())) process.kill(pid, 'SIGKILL');

    await review.pressAndMove('x');
    await review.saved();
    await progress.waitFor({ state: 'detached', timeout: 60_000 });
    await page.getByRole('button', { name: 'Not labelled 0' }).waitFor();
    await page.getByLabel('Search question, answer, id').fill('new-');
    await page.getByRole('list', { name: `${ADDED} samples` }).waitFor();
    await review.ready();
    assert.equal(await review.currentState(), 'pending');
    assert.equal(await page.locator('[data-sample][data-state=unlabelled]').count(), 0);
  } finally {
    await app.close();
  }
});
