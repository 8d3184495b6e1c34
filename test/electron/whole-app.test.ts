/** Fovea on a real Electron: it starts, labels the demo, keeps a decision, and does what a person asks of its menus. */
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ReviewPage } from '../e2e/support/review-page.ts';
import { openDisplay, type Display } from './support/display.ts';
import { giveTo } from './support/person.ts';
import { deskWithDemo, newDesk, NO_ELECTRON, startAgain, startApp } from './support/real-app.ts';
import { until } from './support/until.ts';

let display: Display;
before(async () => {
  if (NO_ELECTRON === false) display = await openDisplay();
});
after(() => display?.close());

test(
  'it starts, labels the demo, and a decision is there after a restart',
  { skip: NO_ELECTRON },
  async (t) => {
    const desk = newDesk(t);
    const app = await startApp(t, display, desk);
    await app.page.getByRole('button', { name: 'Open the demo project' }).click();
    const review = new ReviewPage(app.page);
    await app.page.locator('[data-current-state]').waitFor({ timeout: 120_000 });
    await review.ready();
    const sample = await review.currentId();
    await review.pressAndMove('x');
    await review.saved();
    assert.deepEqual(app.complaints, []);
    assert.equal(await app.quit(), 0);

    const again = await startApp(t, display, desk, { project: desk.demo });
    const reviewed = new ReviewPage(again.page);
    await reviewed.ready();
    assert.equal(await reviewed.rowState(sample), 'rejected');
  },
);

test(
  'the menu and its keys open windows; what the page can do is in it, with its keys',
  { skip: NO_ELECTRON },
  async (t) => {
    const app = await startApp(t, display, newDesk(t));
    await app.page.getByRole('button', { name: 'Open the demo project' }).waitFor();
    const item = (id: string): Promise<{ label: string; accelerator: string | null } | null> =>
      app.inMain(({ Menu }, wanted) => {
        const found = Menu.getApplicationMenu()?.getMenuItemById(wanted);
        return found ? { label: found.label, accelerator: found.accelerator ?? null } : null;
      }, id);
    assert.deepEqual(await item('new-window'), { label: 'New window', accelerator: 'CmdOrCtrl+Shift+N' });

    const windows = (): Promise<number> =>
      app.inMain(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
    // Keys of the debugging port never come to the menu; these take a keyboard's way.
    await app.inMain(({ BrowserWindow }) => {
      const { webContents } = BrowserWindow.getAllWindows()[0];
      webContents.focus();
      for (const type of ['keyDown', 'keyUp'] as const) {
        webContents.sendInputEvent({ type, keyCode: 'N', modifiers: ['control', 'shift'] });
      }
    });
    await until('a window by key', async () => (await windows()) === 2);
    await app.inMain(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('new-window')?.click());
    await until('a window by menu', async () => (await windows()) === 3);
    // Each is a page of its own, on the same backend.
    await until('three pages', () => app.browser.contexts()[0].pages().length === 3);
    for (const page of app.browser.contexts()[0].pages()) {
      await page.getByRole('button', { name: 'Open the demo project' }).waitFor();
    }
  },
);

test(
  'the menu’s dialog opens another project; one that is none gives a box',
  { skip: NO_ELECTRON },
  async (t) => {
    const desk = newDesk(t);
    const app = await startApp(t, display, desk);
    await app.page.getByRole('button', { name: 'Open the demo project' }).waitFor();
    await app.inMain(({ Menu }, path, { answers }) => {
      answers.push([path]);
      Menu.getApplicationMenu()?.getMenuItemById('open-project')?.click();
    }, desk.dir);
    const box = (): Promise<unknown> =>
      app.inMain(async (_electron, _argument, { shown }) => {
        for (let i = 0; i < 200; i++) {
          const found = shown.find(({ kind }) => kind === 'error');
          if (found) return found.options.content;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        return null;
      });
    assert.match(String(await box()), /no Fovea project here/);
  },
);

test(
  'a second start with another project opens it in the window that is there',
  { skip: NO_ELECTRON },
  async (t) => {
    const desk = await deskWithDemo(t);
    const app = await startApp(t, display, desk, { project: desk.demo });
    const other = join(desk.dir, 'other');
    cpSync(desk.demo, other, { recursive: true });
    giveTo(desk.person, other);
    const isOpen = (path: string): Promise<void> => app.page.locator(`button[data-tip^="${path}"]`).waitFor();
    await isOpen(desk.demo);
    assert.match(await startAgain(desk, display, null), /Fovea is open already\./);
    await isOpen(desk.demo);
    assert.match(await startAgain(desk, display, other), /Fovea is open already: .*other is opened there/);
    await isOpen(other);
    assert.equal(await app.inMain(({ BrowserWindow }) => BrowserWindow.getAllWindows().length), 1);
  },
);
