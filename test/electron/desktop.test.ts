/** What a desktop does to the app while somebody works: graphics lost, another screen, sleep, files dropped. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { ReviewPage } from '../e2e/support/review-page.ts';
import { DEMO_CHECKPOINT } from '../support/demo.ts';
import { openDisplay, type Display } from './support/display.ts';
import { giveTo } from './support/person.ts';
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

test(
  'another screen: what is drawn has its pixels, and a window of one that is gone comes back',
  { skip: NO_ELECTRON },
  async (t) => {
    const { app } = await withDemo(t);
    const cdp = await app.page.context().newCDPSession(app.page);
    const ratio = (): Promise<number> =>
      app.page.evaluate(() => {
        const { document } = globalThis as unknown as {
          document: { querySelector(name: string): { width: number; clientWidth: number } };
        };
        const canvas = document.querySelector('.konvajs-content canvas');
        return canvas.width / canvas.clientWidth;
      });
    for (const deviceScaleFactor of [2, 1]) {
      await cdp.send('Emulation.setDeviceMetricsOverride', {
        width: 1400,
        height: 860,
        deviceScaleFactor,
        mobile: false,
      });
      await until(
        `${deviceScaleFactor} pixels`,
        async () => Math.abs((await ratio()) - deviceScaleFactor) < 0.02,
      );
    }
    const place = (): Promise<number[]> =>
      app.inMain(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getPosition());
    await app.inMain(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.setPosition(4000, 300));
    await until('it is on no screen', async () => (await place())[0] === 4000);
    await app.inMain(({ screen }) => screen.emit('display-removed'));
    await until('it is back', async () => (await place())[0]! < 1600);
  },
);

/** Drops files of this machine on the page, as a file manager does. */
async function drop({ page }: RealApp, ...files: string[]): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await cdp.send('Input.dispatchDragEvent', { type, x: 640, y: 400, data });
  }
}

test(
  'files dropped: a project, a picture, weights of a model, and weights alone',
  { skip: NO_ELECTRON },
  async (t) => {
    const { desk, app } = await withDemo(t);
    const other = join(desk.dir, 'other');
    cpSync(desk.demo, other, { recursive: true });
    const model = join(desk.dir, 'my-model');
    cpSync(DEMO_CHECKPOINT, model, { recursive: true });
    const alone = join(desk.dir, 'alone.safetensors');
    cpSync(join(model, 'model.safetensors'), alone);
    const picture = join(desk.dir, 'pictures', 'photo.png');
    mkdirSync(join(desk.dir, 'pictures'));
    writeFileSync(picture, '');
    giveTo(desk.person, desk.dir);

    await drop(app, other);
    await app.page.locator(`button[data-tip^="${other}"]`).waitFor();

    await drop(app, picture);
    const dialog = app.page.getByRole('dialog', { name: 'Import pictures and questions' });
    await dialog.waitFor();
    const fields = await dialog
      .getByRole('textbox')
      .evaluateAll((all) => all.map((one) => (one as unknown as { value: string }).value));
    assert.ok(fields.includes(join(desk.dir, 'pictures')), String(fields));
    await app.page.keyboard.press('Escape');

    await drop(app, alone);
    await app.page.getByText('These weights have no config.json').waitFor();
    await app.page.getByText(alone).waitFor();

    await drop(app, join(model, 'model.safetensors'));
    await app.page.getByRole('heading', { name: /my-model/ }).waitFor();
  },
);
