/** Closing with something unsaved on a real Electron: it is waited for, and asked about only where it cannot be saved. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type * as Electron from 'electron';
import { ReviewPage } from '../e2e/support/review-page.ts';
import { openDisplay, type Display } from './support/display.ts';
import { deskWithDemo, NO_ELECTRON, startApp, type Desk, type RealApp } from './support/real-app.ts';
import { until } from './support/until.ts';

let display: Display;
before(async () => {
  if (NO_ELECTRON === false) display = await openDisplay();
});
after(() => display?.close());

/** A busy machine: longer than any save, shorter than what the app waits for one. */
const HELD_MS = 700;

interface Unsaved {
  readonly desk: Desk;
  readonly app: RealApp;
  /** Decided on while the backend took nothing. */
  readonly sample: number;
  /** The backend's program goes on. */
  release(): void;
}

/** A page with a decision that its backend, held still, does not take. */
async function withUnsaved(t: TestContext): Promise<Unsaved> {
  const desk = await deskWithDemo(t);
  const app = await startApp(t, display, desk, { project: desk.demo });
  const review = new ReviewPage(app.page);
  await review.ready();
  const sample = await review.currentId();
  const held = app.processes('backend-on-node.mjs').map(({ pid }) => pid);
  const signal = (name: NodeJS.Signals): void => held.forEach((pid) => process.kill(pid, name));
  signal('SIGSTOP');
  await app.page.keyboard.press('x');
  await app.page.locator('[data-save]:not([data-save=saved])').waitFor();
  return { desk, app, sample, release: () => signal('SIGCONT') };
}

async function isRejectedNow(t: TestContext, desk: Desk, sample: number): Promise<void> {
  const app = await startApp(t, display, desk, { project: desk.demo });
  const review = new ReviewPage(app.page);
  await review.ready();
  await app.page.locator(`[data-sample="${sample}"][data-state=rejected]`).waitFor();
  await review.saved();
}

const shownIn = (app: RealApp): Promise<unknown[]> =>
  app.inMain((_electron, _argument, { shown }) => shown.map(({ options }) => options.message));

for (const [how, leave] of [
  ['the window is closed', ({ BrowserWindow }: typeof Electron) => BrowserWindow.getAllWindows()[0].close()],
  ['the menu quits', ({ app }: typeof Electron) => app.quit()],
] as const) {
  test(
    `${how} while a decision is being saved: it is waited for, unasked`,
    { skip: NO_ELECTRON },
    async (t) => {
      const { desk, app, sample, release } = await withUnsaved(t);
      const ended = once(app.main, 'exit');
      await app.inMain(leave);
      await sleep(HELD_MS);
      assert.deepEqual(await shownIn(app), []);
      release();
      assert.deepEqual(await ended, [0, null]);
      await isRejectedNow(t, desk, sample);
    },
  );
}

test(
  'a decision that cannot be saved: asked; left anyway, the next start saves it',
  { skip: NO_ELECTRON },
  async (t) => {
    const { desk, app, sample, release } = await withUnsaved(t);
    const [stay, leave] = [0, 1];
    const close = (answer: number): Promise<unknown> =>
      app.inMain(({ BrowserWindow }, chosen, { answers }) => {
        answers.push(chosen);
        BrowserWindow.getAllWindows()[0].close();
      }, answer);
    await close(stay);
    await until('the question', async () => (await shownIn(app)).length === 1);
    assert.deepEqual(await shownIn(app), ['Not everything is saved yet']);
    // The window is there, and so is what was decided.
    assert.equal(await new ReviewPage(app.page).rowState(sample), 'rejected');
    const ended = once(app.main, 'exit');
    await close(leave);
    await ended;
    release();
    await isRejectedNow(t, desk, sample);
  },
);
