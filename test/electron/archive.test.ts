/** The app's archive on a real Electron: what the relay keeps the backend from proving, its threads start out of it, too. */
import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { root } from '../../scripts/lib/paths.mjs';
import { openDisplay, type Display } from './support/display.ts';
import { giveTo } from './support/person.ts';
import { newDesk, NO_ELECTRON, startApp } from './support/real-app.ts';

let display: Display;
before(async () => {
  if (NO_ELECTRON === false) display = await openDisplay();
});
after(() => display?.close());

/** A utility process that has a thread of the app look at a picture, as the backend does at import. */
const LOOKER = `
import { Worker } from 'node:worker_threads';
const [entry, root, picture] = process.argv.slice(-3);
const thread = new Worker(new URL(entry), { workerData: { root } });
thread.on('message', (looked) => process.parentPort.postMessage({ looked }));
thread.on('error', (error) => process.parentPort.postMessage({ error: String(error) }));
thread.postMessage([picture]);
`;

test(
  'in a utility process, a thread out of the archive reads a picture by the native code beside it',
  { skip: NO_ELECTRON },
  async (t) => {
    const desk = newDesk(t);
    const looker = join(desk.dir, 'looker.mjs');
    writeFileSync(looker, LOOKER);
    copyFileSync(
      join(root, 'models/demo/scenes/project/images/demo-0000.webp'),
      join(desk.dir, 'picture.webp'),
    );
    giveTo(desk.person, desk.dir);
    const app = await startApp(t, display, desk);
    const archive = join(dirname(process.env.FOVEA_ELECTRON!), 'resources', 'app.asar');
    const said = await app.inMain(
      ({ utilityProcess }, args) =>
        new Promise<{ looked?: unknown[]; error?: string }>((resolve) => {
          const child = utilityProcess.fork(args[0]!, args.slice(1));
          child.once('message', (message: { looked?: unknown[]; error?: string }) => {
            child.kill();
            resolve(message);
          });
        }),
      [looker, `file://${archive}/dist/electron/look-thread.mjs`, desk.dir, 'picture.webp'],
    );
    assert.equal(said.error, undefined);
    const { width, height } = await sharp(join(desk.dir, 'picture.webp')).metadata();
    assert.partialDeepStrictEqual(said.looked, [{ image: { path: 'picture.webp', width, height } }]);
  },
);
