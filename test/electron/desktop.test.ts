/** What a desktop does to the app while somebody works: graphics lost, another screen, sleep, files dropped. */
import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { ReviewPage } from '../e2e/support/review-page.ts';
import { openDisplay, type Display } from './support/display.ts';
import {
  deskWithDemo,
  NO_ELECTRON,
  startApp,
  type Desk,
  type RealApp,
  type StartOptions,
} from './support/real-app.ts';
import { until } from './support/until.ts';

let display: Display;
before(async () => {
  if (NO_ELECTRON === false) display = await openDisplay();
});
after(() => display?.close());

async function withDemo(
  t: TestContext,
  options: StartOptions = {},
): Promise<{ desk: Desk; app: RealApp; review: ReviewPage }> {
  const desk = await deskWithDemo(t);
  const app = await startApp(t, display, desk, { project: desk.demo, ...options });
  const review = new ReviewPage(app.page);
  await review.ready();
  return { desk, app, review };
}

/** What the panes, their legends and the crop show, as it is on the screen. */
async function drawn({ page }: RealApp): Promise<string[]> {
  const shots: string[] = [];
  for (const one of await page.locator('.konvajs-content, .legend .bar, figure canvas').all()) {
    shots.push((await one.screenshot()).toString('base64'));
  }
  return shots;
}

test(
  'graphics process killed: everything drawn is drawn again, of the next samples, too',
  { skip: NO_ELECTRON },
  async (t) => {
    const { app, review } = await withDemo(t, { graphics: true });
    const status = await app.inMain(({ app: one }) => one.getGPUFeatureStatus());
    if (status['2d_canvas'] !== 'enabled')
      return t.skip('this machine gives no graphics process for canvases');
    const looks: string[][] = [];
    for (const key of ['ArrowRight', 'ArrowLeft']) {
      await review.pressAndMove(key);
      await app.page.mouse.move(5, 5);
      await app.page.waitForTimeout(500);
      looks.unshift(await drawn(app));
    }
    assert.ok(looks[0]!.length >= 7, 'three panes, three legends and the crop');
    const [{ pid }] = app.processes('--type=gpu-process');
    process.kill(pid, 'SIGKILL');
    await until('another graphics process', () =>
      app.processes('--type=gpu-process').some((one) => one.pid !== pid),
    );
    const isAgain = (look: readonly string[]): Promise<void> =>
      until('the same on screen', async () => (await drawn(app)).every((shot, i) => shot === look[i]));
    await isAgain(looks[0]!);
    await review.pressAndMove('ArrowRight');
    await isAgain(looks[1]!);
    await review.pressAndMove('x');
    await review.saved();
    assert.deepEqual(app.complaints, []);
  },
);
