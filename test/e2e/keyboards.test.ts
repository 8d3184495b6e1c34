/** Keyboards that are not American, input methods and fingers: what they send never decides or paints by accident. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { CDPSession, Page } from 'playwright-core';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { hostInTurn, HOSTS } from './support/hosts.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

const CTRL_ALT = 3;

interface Keyboard {
  press(key: string, code: string, modifiers?: number, virtualKey?: number): Promise<void>;
}

function keyboardOf(cdp: CDPSession): Keyboard {
  return {
    async press(key, code, modifiers = 0, virtualKey = 0) {
      const event = { key, code, modifiers, windowsVirtualKeyCode: virtualKey };
      await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...event });
      await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
    },
  };
}

const pressed = (page: Page, words: string) =>
  page.getByRole('button', { name: words, pressed: true }).first().waitFor();

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: an input method's Enter stays its own; AZERTY digits and German brackets do what they say`, async (t) => {
    const project = await demoProject(t);
    const app = await open(chromium, project);
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      const cdp = await page.context().newCDPSession(page);
      const keyboard = keyboardOf(cdp);
      const id = await review.currentId();
      const before = await review.rowState(id);

      await page.keyboard.press('m');
      const note = page.locator('[data-note]');
      const focused = note.and(page.locator(':focus'));
      await focused.waitFor();
      await cdp.send('Input.imeSetComposition', { text: 'ni', selectionStart: 2, selectionEnd: 2 });
      await keyboard.press('Enter', 'Enter', 0, 229);
      assert.equal(await focused.count(), 1, 'the field keeps the keyboard');
      await page.keyboard.press('x');
      assert.equal(await review.currentId(), id);
      assert.equal(await review.rowState(id), before);
      // The word is given up, then the field is left.
      await cdp.send('Input.imeSetComposition', { text: '', selectionStart: 0, selectionEnd: 0 });
      await page.keyboard.press('Escape');
      await focused.waitFor({ state: 'detached' });

      await page.keyboard.press('b');
      await pressed(page, 'Brush (B)');
      await keyboard.press('é', 'Digit2');
      await pressed(page, 'Paint background');
      await keyboard.press('&', 'Digit1');
      await pressed(page, 'Paint foreground');
      const size = page.locator('span.size').first();
      const small = Number((await size.innerText()).trim());
      await keyboard.press(']', 'Digit9', CTRL_ALT);
      await page
        .locator('span.size')
        .filter({ hasText: String(small + 1) })
        .first()
        .waitFor();
    } finally {
      await app.close();
    }
  });
}

test('two fingers move the picture and never paint', async (t) => {
  const project = await demoProject(t);
  const app = await HOSTS['browser host'](chromium, project);
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    const cdp = await page.context().newCDPSession(page);
    const id = await review.currentId();
    const before = await review.rowState(id);
    await page.keyboard.press('b');
    const box = (await page.locator('canvas').first().boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: [number, number][]) =>
      cdp.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: points.map(([px, py], at) => ({ x: px, y: py, id: at })),
      });
    await touch('touchStart', [x - 20, y]);
    await touch('touchMove', [x - 18, y]);
    await touch('touchStart', [x - 18, y], [x + 20, y]);
    for (let step = 1; step < 8; step++)
      await touch('touchMove', [x - 18 - 6 * step, y], [x + 20 + 6 * step, y]);
    await touch('touchEnd', [x - 60, y]);
    await touch('touchMove', [x - 90, y + 20]);
    await touch('touchEnd');
    await review.saved();
    assert.equal(await review.rowState(id), before, 'nothing was painted');
  } finally {
    await app.close();
  }
});
