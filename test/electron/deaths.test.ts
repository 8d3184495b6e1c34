/** Deaths of Fovea's processes on a real Electron: what was decided is there, and the person goes on. */
import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { isRunning } from '../e2e/support/processes.ts';
import { ReviewPage } from '../e2e/support/review-page.ts';
import { openDisplay, type Display } from './support/display.ts';
import { deskWithDemo, newDesk, NO_ELECTRON, startApp, type RealApp } from './support/real-app.ts';
import { until } from './support/until.ts';

let display: Display;
before(async () => {
  if (NO_ELECTRON === false) display = await openDisplay();
});
after(() => display?.close());

const LABELLING_MS = 120_000;

/** The app with the demo in it, labelled. */
async function withDemo(t: TestContext): Promise<{ app: RealApp; review: ReviewPage }> {
  const desk = await deskWithDemo(t);
  const app = await startApp(t, display, desk, { project: desk.demo });
  const review = new ReviewPage(app.page);
  await review.ready();
  return { app, review };
}

async function allLabelled({ page }: RealApp): Promise<void> {
  await page.getByRole('button', { name: 'Not labelled 0' }).waitFor({ timeout: LABELLING_MS });
}

for (const [which, words] of [
  ['its program', 'backend-on-node.mjs'],
  ['Electron’s utility process', '--utility-sub-type=node.mojom.NodeService'],
] as const) {
  test(
    `backend killed (${which}): another one takes over, and decisions go on being saved`,
    { skip: NO_ELECTRON },
    async (t) => {
      const { app, review } = await withDemo(t);
      const first = await review.currentId();
      await review.pressAndMove('x');
      await review.saved();
      const before = app.processes('backend-on-node.mjs').map(({ pid }) => pid);
      process.kill(app.processes(words)[0].pid, 'SIGKILL');
      const second = await review.currentId();
      await review.pressAndMove('x');
      await review.saved();
      await until('another backend', () => {
        const now = app.processes('backend-on-node.mjs');
        return now.length === 1 && !before.includes(now[0].pid);
      });
      await until('no process of the first is left', () => !before.some(isRunning));
      assert.equal(await review.rowState(first), 'rejected');
      assert.equal(await review.rowState(second), 'rejected');
    },
  );
}

test('page crashed: it is loaded again with what was decided', { skip: NO_ELECTRON }, async (t) => {
  const { app, review } = await withDemo(t);
  const sample = await review.currentId();
  await review.pressAndMove('x');
  await review.saved();
  const pid = (): Promise<number> =>
    app.inMain(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].webContents.getOSProcessId());
  const before = await pid();
  process.kill(before, 'SIGKILL');
  await until('another renderer', async () => ![0, before].includes(await pid()));
  const again = new ReviewPage(await app.reconnect());
  await again.ready();
  assert.equal(await again.rowState(sample), 'rejected');
});

test(
  'engine killed while it labels: every sample gets its label all the same',
  { skip: NO_ELECTRON },
  async (t) => {
    const desk = newDesk(t);
    const app = await startApp(t, display, desk);
    await app.page.getByRole('button', { name: 'Open the demo project' }).click();
    await until('an engine', () => app.processes('engine.mjs').length > 0);
    const [{ pid, command }] = app.processes('engine.mjs');
    assert.ok(command.startsWith(process.env.FOVEA_ELECTRON!), 'the engine runs in Electron as Node');
    process.kill(pid, 'SIGKILL');
    await allLabelled(app);
    assert.ok(!app.processes('engine.mjs').some((one) => one.pid === pid));
  },
);

test('quit during a label job: the next start goes on with it', { skip: NO_ELECTRON }, async (t) => {
  const desk = newDesk(t);
  const app = await startApp(t, display, desk);
  await app.page.getByRole('button', { name: 'Open the demo project' }).click();
  // Held until the quit, so that no machine is too fast.
  const signal = (name: NodeJS.Signals): void =>
    app.processes('engine.mjs').forEach(({ pid }) => process.kill(pid, name));
  await until('the job began', () => app.processes('engine.mjs').length > 0);
  signal('SIGSTOP');
  await app.page.locator('[data-sample][data-state=unlabelled]').first().waitFor();
  signal('SIGCONT');
  assert.equal(await app.quit(), 0);
  const again = await startApp(t, display, desk, { project: desk.demo });
  await allLabelled(again);
});

test(
  'a backend whose native module cannot be loaded: box and page say why and what to do',
  { skip: NO_ELECTRON },
  async (t) => {
    const app = await startApp(t, display, newDesk(t), { env: { FOVEA_TEST_NODE: '' } });
    await app.page
      .getByText('The database’s native module cannot be loaded: it needs Node-API 10, Electron 33.2.1 has 9')
      .waitFor();
    await app.page.getByText('Install Fovea again').waitFor();
    await until('the box', () => app.inMain((_electron, _argument, { shown }) => shown.length > 0));
    const [{ kind, options }] = await app.inMain((_electron, _argument, { shown }) => [...shown]);
    assert.equal(kind, 'message');
    assert.match(String(options.detail), /needs Node-API 10, Electron 33\.2\.1 has 9\. Install Fovea again/);
    assert.deepEqual(options.buttons, ['Try again', 'Quit']);
    const ended = new Promise((resolve) => app.main.once('exit', resolve));
    await app.inMain((_electron, _argument, { answers }) => void answers.push(1));
    assert.equal(await ended, 1);
  },
);
