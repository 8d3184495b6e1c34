/** Window sizes from the smallest that Electron allows to 4K: no control overlaps another or leaves the window. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { pictureNames } from '../support/demo.ts';
import { openInBrowserHost, serve } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { TOUR_TAKEN } from './support/hosted-page.ts';
import { ReviewPage } from './support/review-page.ts';
import { FOVEA } from '../support/program.ts';

const SIZES = [
  [960, 600],
  [1100, 700],
  [1280, 720],
  [1440, 900],
  [1600, 900],
  [3840, 2160],
] as const;

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

/** Controls of header and toolbars that lie over each other or outside of the window. As text: no DOM types here. */
const MISPLACED = `(() => {
  const all = 'header button, header [role=progressbar], [role=toolbar] :is(button, select, input), [data-save]';
  const found = [...document.querySelectorAll(all)].filter((one) => one.checkVisibility() && !one.closest('section'));
  const boxes = found.map((one) => ({
    name: one.getAttribute('aria-label') || one.textContent.trim() || one.tagName,
    box: one.getBoundingClientRect(),
  }));
  const wrong = boxes
    .filter(({ box }) => box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight)
    .map(({ name }) => name + ' is outside');
  boxes.forEach(({ name, box: a }, i) => {
    for (const { name: other, box: b } of boxes.slice(i + 1)) {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1 && high > 1) wrong.push(name + ' and ' + other + ' overlap');
    }
  });
  return boxes.length < 20 ? ['too few controls were found'] : wrong;
})()`;

/** Buttons to decide with that something lies over, a banner say. */
const COVERED = `[...document.querySelectorAll('[role=toolbar][aria-label=Decide] button')]
  .filter((one) => {
    const box = one.getBoundingClientRect();
    return !one.contains(document.elementFromPoint(box.left + box.width / 2, box.bottom - 2));
  })
  .map((one) => one.getAttribute('aria-label') || one.textContent.trim())`;

/** Many questions nobody labelled yet, so that the job takes a while. */
function importMore(project: string): number {
  const images = pictureNames(project);
  const lines = images.flatMap((image, i) =>
    [0, 1, 2, 3].map((n) =>
      JSON.stringify({ question_id: `more-${i}-${n}`, image, text: `Which code is on the red tag? ${n}` }),
    ),
  );
  const file = join(dirname(project), 'more.jsonl');
  writeFileSync(file, lines.join('\n'));
  const args = ['import', project, '--images', join(project, 'images'), '--questions', file];
  const { status, stderr } = spawnSync(process.execPath, [FOVEA, ...args], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return lines.length;
}

async function checkSizes(page: Page, review: ReviewPage, words: string): Promise<void> {
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    await review.ready();
    assert.deepEqual(await page.evaluate(MISPLACED), [], `${words}, ${width} × ${height}`);
  }
}

test('at every size all controls are in the window and apart, while a job runs, too', async (t) => {
  const project = await demoProject(t);
  importMore(project);
  const app = await openInBrowserHost(chromium, project);
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    await checkSizes(page, review, 'no job');
    await page.getByRole('button', { name: /^Label \d+ samples$/ }).click();
    const cancel = page.getByRole('group', { name: 'Labelling' }).getByRole('button', { name: 'Cancel' });
    await cancel.waitFor();
    await checkSizes(page, review, 'with a job');
    await cancel.click();
    await cancel.waitFor({ state: 'detached' });

    for (const width of [1280, 1600]) {
      await page.setViewportSize({ width, height: 720 });
      const words = await review.tokenAt([0.5, 0.5]);
      assert.match(words, /^row \d+ · col \d+ · \w+$/);
      const cut = await page
        .getByTestId('token')
        .evaluate<boolean, { scrollWidth: number; clientWidth: number }>(
          ({ scrollWidth, clientWidth }) => scrollWidth > clientWidth,
        );
      assert.equal(cut, false, `the token is said in full, ${width}`);
    }
  } finally {
    await app.close();
  }
});

test('what is not saved is said beside the buttons to decide with, and the lost connection below them', async (t) => {
  const project = await demoProject(t);
  const host = await serve(project, join(dirname(project), 'home'), 0);
  const context = await chromium.browser.newContext();
  try {
    await context.addInitScript(TOUR_TAKEN);
    const page = await context.newPage();
    await page.goto(host.url);
    const review = new ReviewPage(page);
    await review.ready();
    await review.lookAhead(2);
    await host.kill();
    await page.getByText('Connection lost').waitFor();
    await review.pressAndMove('x');
    await review.pressAndMove('x');
    await page.getByText('2 decisions wait in this browser').waitFor();
    await checkSizes(page, review, 'not saved');
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      assert.deepEqual(await page.evaluate(COVERED), [], `${width} × ${height}`);
    }
  } finally {
    await context.close();
    await host.end();
  }
});

/** Controls of the page that cannot be scrolled to, or that something lies over once they are. */
const OUT_OF_REACH = `[...document.querySelectorAll('header :is(button, [role=tab]), main :is(button, select, input, [role=tab])')]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest('[role=listitem]') && one.getBoundingClientRect().width > 1)
  .filter((one) => {
    one.scrollIntoView({ block: 'center', inline: 'center' });
    const { left, right, top, bottom } = one.getBoundingClientRect();
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    const there = document.elementFromPoint(x, y);
    return left < -1 || right > innerWidth + 1 || !(there && (one.contains(there) || there.contains(one) || one.labels?.[0]?.contains(there)));
  })
  .map((one) => one.getAttribute('aria-label') || one.textContent.trim() || one.outerHTML)`;

test('at 200% of a small screen everything can be scrolled to, and no control lies over another', async (t) => {
  const app = await openInBrowserHost(chromium, await demoProject(t));
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    await page.setViewportSize({ width: 640, height: 360 });
    const tabs = page.getByRole('tablist', { name: 'Pages' }).getByRole('tab');
    assert.equal(await tabs.count(), 10);
    for (const name of await tabs.allInnerTexts()) {
      await page.getByRole('tab', { name, exact: true }).click();
      await page.getByRole('tab', { name, exact: true, selected: true }).waitFor();
      assert.deepEqual(await page.evaluate(OUT_OF_REACH), [], name);
    }
    await page.getByRole('tab', { name: 'Review', exact: true }).click();
    await review.ready();
    for (const tab of ['Recipe', 'Heads', 'Tokens', 'Ask and check']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.locator('#dock-panel[aria-label="' + tab + '"]').waitFor();
      assert.deepEqual(await page.evaluate(OUT_OF_REACH), [], tab);
    }
  } finally {
    await app.close();
  }
});
