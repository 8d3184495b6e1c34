/** The Evaluate page: nothing yet, a wish, the table with its intervals, cells that open their samples, the report as a file. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { runEvaluateJob } from '../../src-main/jobs/evaluate/evaluate.ts';
import { beginEvaluation } from '../../src-main/jobs/evaluate/plan.ts';
import { openProject } from '../../src-main/store/file/project.ts';
import { evaluationWish } from '../support/evaluated-project.ts';
import { fakeEngine, fakeTry } from '../support/fake-engine.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { smallDemoProject } from './support/demo-project.ts';
import { hostInTurn } from './support/hosts.ts';
import { look } from './support/look.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

/**
 * What would take the model minutes: even samples are right with the RPN's crop, every third one alone.
 * @param tokens as if the model took pictures of any size, which the demo's does not
 */
async function measure(path: string, tokens: number | null): Promise<void> {
  const project = openProject(path);
  try {
    const { id: evaluationId, jobId } = beginEvaluation(
      project,
      evaluationWish({ methods: ['rpn', 'denoised', 'truth'] }),
      {
        version: '0.0.0',
      },
    );
    const engine = fakeEngine();
    const answers = new Map(
      project.db
        .prepare<[], { question: string; reference_answer: string; id: number }>(
          'SELECT id, question, reference_answer FROM sample',
        )
        .all()
        .map((row) => [row.question, row]),
    );
    engine.tryMethod = async (request) => {
      const { id, reference_answer: truth } = answers.get(request.question)!;
      const right = request.method === 'alone' ? id % 3 === 0 : request.method === 'truth' || id % 2 === 0;
      const timings = {
        decode: 1,
        encode: 4,
        prefill: request.method === 'alone' ? 5 : 12,
        generate: 2,
        total: 20,
      };
      return { ...fakeTry(request), answer: right ? truth : 'no', imageSize: [448, 448], timings };
    };
    await runEvaluateJob(project, engine, jobId!);
    project.db
      .prepare(`UPDATE evaluation SET settings = json_set(settings, '$.tokens', ?) WHERE id = ?`)
      .run(tokens, evaluationId);
  } finally {
    project.close();
  }
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: an evaluation is wished, read, opened and written`, async (t) => {
    const path = await smallDemoProject(t, 12);
    let app = await open(chromium, path);
    try {
      await new ReviewPage(app.page).ready();
      await app.page.keyboard.press('Alt+a');
      await app.page.getByRole('region', { name: 'Nothing measured yet' }).waitFor();
      const form = app.page.getByRole('form', { name: 'New evaluation' });
      await form.getByText('12 samples').waitFor();
      assert.ok(await form.getByRole('checkbox', { name: 'Truth box' }).isChecked());
      assert.ok(await form.getByRole('checkbox', { name: 'Outside proposal' }).isDisabled());
      await form.getByLabel('Samples at most').fill('5');
      await form.getByText('5 samples').waitFor();
      await form.getByLabel('Samples at most').fill('five');
      assert.ok(await form.getByRole('button', { name: 'Evaluate' }).isDisabled());
      await look(app.page, 'evaluate-empty');
    } finally {
      await app.close();
    }
    await measure(path, 64);
    await measure(path, null);
    app = await open(chromium, path);
    try {
      const { page } = app;
      await new ReviewPage(page).ready();
      await page.keyboard.press('Alt+a');
      const row = page.locator('tr[data-method=rpn]');
      await row.waitFor();
      assert.match(await row.innerText(), /RPN\s+50\.0%\s*21\.1% to 78\.9%/);
      assert.match(await page.locator('tr[data-method=truth]').innerText(), /\+66\.7/);
      await page.getByText('Zooming gap, truth box against alone: +66.7 points').waitFor();
      await look(page, 'evaluate-table');
      // The answers are all as sure: there is no threshold to be chosen, and every crop is worth it.
      const gates = page.getByRole('region', { name: 'Leaving the crop out' });
      const gated = await gates.locator('tr[data-gate="rpn weakest"]').innerText();
      assert.match(gated, /RPN\s+Weakest token\s+always crop\s+100\.0%/);
      await gates.getByRole('img', { name: 'RPN: right answers against samples cropped' }).waitFor();
      // The same at another budget: a curve for each method, and the numbers below.
      const sweep = page.getByRole('region', { name: 'Budgets of visual tokens' });
      const few = sweep.locator('tr[data-budget="64"]');
      assert.match(await few.innerText(), /64\s+33\.3%\s*52\.63\/s, 40 visual tokens\s+50\.0%/);
      await sweep.getByLabel('Samples a second', { exact: true }).selectOption('clock');
      assert.match(await few.innerText(), /50\.00\/s/);
      await few.getByRole('button', { name: '64' }).click();
      await page.getByRole('heading', { name: /12 samples, up to 64 visual tokens/ }).waitFor();
      await look(page, 'evaluate-sweep');
      // Every number opens its samples: wrong alone, right with the RPN's crop.
      const [saved] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Save the report' }).click(),
      ]);
      const report = readFileSync((await saved.path())!, 'utf8');
      assert.match(report, /^<!doctype html>[\s\S]*Content-Security-Policy/);
      assert.ok(!/<script|javascript:/i.test(report));
      await row.getByRole('button', { name: '4', exact: true }).click();
      await page.getByRole('main', { name: 'Gallery' }).waitFor();
      await page.getByText('4 samples').first().waitFor();
    } finally {
      await app.close();
    }
  });
}
