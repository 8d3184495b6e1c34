/**
 * Another process holds the project's write lock for longer than a save waits for it: the person is told, goes on, and in
 * the end everything is saved, once and in order.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { flagsOf } from '../../src-main/store/samples/annotation.ts';
import { openProject } from '../../src-main/store/file/project.ts';
import { reviewHistory } from '../../src-main/store/reviews/review.ts';
import { slowDisk } from '../soak/actions/slow-disk.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { ReviewPage } from './support/review-page.ts';

/** More than the five seconds that a save waits. */
const HELD_MS = 6_000;

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

test('decisions made while the store is busy for long are told to wait, and saved once each', async (t) => {
  const path = await demoProject(t);
  const app = await openInBrowserHost(chromium, path);
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    const first = await review.currentId();
    // The next one is here: going on waits for nothing.
    await review.pressAndMove('ArrowRight');
    const second = await review.currentId();
    await review.pressAndMove('ArrowLeft');
    const { over } = await slowDisk(path, HELD_MS);
    await review.pressAndMove('x');
    assert.equal(await review.currentId(), second);
    await page.keyboard.press('8');
    await page.keyboard.press('.');
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+y');
    await page.getByText(/^\d not saved, trying again$/).waitFor();
    await over;
    await review.saved();
    assert.deepEqual(
      [await review.rowState(first), await review.rowState(second)],
      ['rejected', 'corrected'],
    );
    const project = openProject(path);
    t.after(() => project.close());
    const decisions = (id: number) => reviewHistory(project.db, id).map(({ decision }) => decision);
    assert.deepEqual(decisions(first), ['reject']);
    assert.deepEqual(decisions(second), ['correct', 'reset', 'correct']);
    assert.deepEqual(flagsOf(project.db, second), ['example']);
    assert.deepEqual(app.complaints, []);
  } finally {
    await app.close();
  }
});
