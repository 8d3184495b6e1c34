/** The whole loop as a person goes through it, in both hosts: open, review, correct, undo, come back, export. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import type { HostedPage } from './support/hosted-page.ts';
import { HOSTS } from './support/hosts.ts';
import { ReviewPage } from './support/review-page.ts';

const MIDDLE = [0.5, 0.5] as const;
const ELSEWHERE = [0.4, 0.62] as const;

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

for (const [name, open] of Object.entries(HOSTS)) {
  test(`${name}: open the demo, review five, correct, undo, reload, find all again, export`, async (t) => {
    const project = await demoProject(t);
    const out = mkdtempSync(join(tmpdir(), 'fovea-e2e-'));
    t.after(() => rmSync(out, { recursive: true, force: true }));
    process.env.FOVEA_HOME = dirname(project);
    const app = await open(chromium, null);
    try {
      await wholeLoop(app, join(out, 'labels.jsonl'));
    } finally {
      await app.close();
    }
  });
}

const recordSchema = z.looseObject({
  sample: z.number(),
  label: z.array(z.number()),
  grid: z.tuple([z.number(), z.number()]),
});

async function wholeLoop({ page, complaints }: HostedPage, path: string): Promise<void> {
  const review = new ReviewPage(page);

  await page.getByRole('button', { name: 'Open the demo project' }).click();
  await review.ready();

  const ids: number[] = [];
  for (const key of ['Enter', 'x', 'Enter']) {
    ids.push(await review.currentId());
    await review.pressAndMove(key);
  }
  const corrected = await review.currentId();
  await page.keyboard.press('b');
  const was = await review.tokenAt(MIDDLE);
  const painted = /foreground/.test(was) ? 'background' : 'foreground';
  await page.keyboard.press(painted === 'foreground' ? '1' : '2');
  await review.stroke(MIDDLE, MIDDLE);
  assert.equal(await review.currentState(), 'corrected');
  assert.ok((await review.tokenAt(MIDDLE)).endsWith(painted));
  await review.pressAndMove('Enter');
  const fifth = await review.currentId();
  await review.pressAndMove('Enter');
  await review.saved();

  await review.pressAndMove('ArrowLeft');
  await review.pressAndMove('ArrowLeft');
  assert.equal(await review.currentId(), corrected);
  const before = await review.tokenAt(ELSEWHERE);
  await page.keyboard.press(/background/.test(before) ? '1' : '2');
  await review.stroke(ELSEWHERE, ELSEWHERE);
  assert.notEqual(await review.tokenAt(ELSEWHERE), before);
  await page.keyboard.press('Control+z');
  assert.equal(await review.tokenAt(ELSEWHERE), before);
  await page.keyboard.press('Control+Shift+z');
  assert.notEqual(await review.tokenAt(ELSEWHERE), before);
  await page.keyboard.press('Control+y');
  await page.keyboard.press('Control+z');
  assert.equal(await review.tokenAt(ELSEWHERE), before);
  await review.saved();

  await page.reload();
  await review.ready();
  const states = await Promise.all([...ids, corrected, fifth].map((id) => review.rowState(id)));
  assert.deepEqual(states, ['accepted', 'rejected', 'accepted', 'corrected', 'accepted']);
  await review.choose(corrected);
  assert.ok((await review.tokenAt(MIDDLE)).endsWith(painted));
  assert.equal(await review.tokenAt(ELSEWHERE), before);

  await page.getByRole('button', { name: 'Export…' }).click();
  await page.getByLabel('File to write').fill(path);
  await page.getByRole('dialog').getByRole('button', { name: 'Export', exact: true }).click();
  await page.getByText('samples written').waitFor();
  const records = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => recordSchema.parse(JSON.parse(line)));
  const cell = /row (\d+) · col (\d+)/.exec(was);
  assert.ok(cell);
  const fixed = records.find((one) => one.sample === corrected);
  assert.equal(
    fixed?.label[Number(cell[1]) * fixed.grid[1] + Number(cell[2])],
    painted === 'foreground' ? 1 : 0,
  );
  assert.ok(!records.some((one) => one.sample === ids[1]), 'a rejected sample is never exported');
  await page.keyboard.press('Escape');
  assert.deepEqual(complaints, []);
}
