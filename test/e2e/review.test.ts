/** The whole loop as a person goes through it, in both hosts: open, review, correct, undo, come back, export. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import type { HostedPage } from './support/hosted-page.ts';
import { HOSTS } from './support/hosts.ts';
import { ReviewPage } from './support/review-page.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

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
    const out = temporaryDir(t);
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
  fovea: z.number(),
  label: z.array(z.number()),
  grid: z.tuple([z.number(), z.number()]),
});

/** `row 3 · col 4 · ignore` → `ignore` */
function valueOf(words: string): string {
  return words.split(' · ').at(-1) ?? '';
}

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
  await page.locator('[data-current-state=corrected]').waitFor();
  await review.valueIs(MIDDLE, painted);
  await review.pressAndMove('Enter');
  const fifth = await review.currentId();
  await review.pressAndMove('Enter');
  await review.saved();

  await review.pressAndMove('ArrowLeft');
  await review.pressAndMove('ArrowLeft');
  assert.equal(await review.currentId(), corrected);
  const before = valueOf(await review.tokenAt(ELSEWHERE));
  const after = before === 'background' ? 'foreground' : 'background';
  await page.keyboard.press(after === 'foreground' ? '1' : '2');
  await review.stroke(ELSEWHERE, ELSEWHERE);
  await review.valueIs(ELSEWHERE, after);
  for (const [key, value] of [
    ['Control+z', before],
    ['Control+Shift+z', after],
    ['Control+z', before],
    ['Control+y', after],
    ['Control+z', before],
  ]) {
    await page.keyboard.press(key);
    await review.valueIs(ELSEWHERE, value);
  }
  await review.saved();

  await page.reload();
  await review.ready();
  const states = await Promise.all([...ids, corrected, fifth].map((id) => review.rowState(id)));
  assert.deepEqual(states, ['accepted', 'rejected', 'accepted', 'corrected', 'accepted']);
  await review.choose(corrected);
  await review.valueIs(MIDDLE, painted);
  await review.valueIs(ELSEWHERE, before);

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
  const fixed = records.find((one) => one.fovea === corrected);
  assert.equal(
    fixed?.label[Number(cell[1]) * fixed.grid[1] + Number(cell[2])],
    painted === 'foreground' ? 1 : 0,
  );
  assert.ok(!records.some((one) => one.fovea === ids[1]), 'a rejected sample is never exported');
  await page.keyboard.press('Escape');
  assert.deepEqual(complaints, []);
}
