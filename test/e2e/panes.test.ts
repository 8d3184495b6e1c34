/** Linked panes: what each shows, how many there are, values that agree, differences, figures that can be read back. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { demoPreset } from '../support/demo-subject.ts';
import { violations } from './support/axe.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { saved } from './support/downloads.ts';
import { hostInTurn } from './support/hosts.ts';
import { choosePanes, pane, picker, valuesAt } from './support/panes.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: panes show any map, agree on values, subtract, share a scale, and are remembered`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      assert.equal(await page.locator('.panes section').count(), 3);

      // A layer's mean asks the model by itself, on every sample that is gone to.
      await choosePanes(page, '5 panes');
      assert.equal(await page.locator('.panes section').count(), 5);
      const name = `Layer ${demoPreset.grounding[0]?.layer}, mean of its heads`;
      await picker(page, 2).selectOption({ label: name });
      const layer = page.getByRole('region', { name });
      await layer.getByTestId('highest').waitFor();
      await review.pressAndMove('j');
      await layer.getByTestId('highest').waitFor();
      await review.pressAndMove('k');

      await choosePanes(page, '6 panes');
      assert.equal(await page.locator('.panes section').count(), 6);
      assert.deepEqual(await violations(page), [], 'six panes');
      for (const [n, key] of [
        [1, 'raw'],
        [2, 'raw'],
        [3, 'question'],
        [4, 'logits'],
        [5, 'rpn'],
        [6, 'label'],
      ] as const) {
        await picker(page, n).selectOption(key);
      }
      await page.getByRole('region', { name: 'Raw attention (pane 2)' }).waitFor();
      const [one, two, , logit, probability] = await valuesAt(page, 0.5, 0.5);
      assert.equal(one, two, 'one map, one value');
      const expected = 1 / (1 + Math.exp(-Number(logit)));
      assert.ok(Math.abs(expected - Number(probability)) < 0.01, `${logit} is ${probability}`);

      await page.getByRole('button', { name: 'Pane 2: difference of two maps' }).click();
      await page.getByLabel('Pane 2: map that is subtracted').selectOption('raw');
      assert.equal((await valuesAt(page, 0.5, 0.5))[1], '0', 'a map less itself');
      await page.getByLabel('Pane 2: map that is subtracted').selectOption('question');
      const [raw, difference, question] = await valuesAt(page, 0.5, 0.5);
      assert.ok(Math.abs(Number(raw) - Number(question) - Number(difference)) < 1e-4);
      const low = await pane(page, 2).getByTestId('lowest').innerText();
      assert.equal(
        Number(low),
        -Number(await pane(page, 2).getByTestId('highest').innerText()),
        'zero is in the middle',
      );

      await page.keyboard.press('u');
      const tops = [1, 3].map((n) => pane(page, n).getByTestId('highest').innerText());
      assert.equal(await tops[0], await tops[1], 'raw and question map share a scale');

      const splitter = page.getByRole('separator', { name: 'Border between columns 1 and 2' });
      const width = async () => (await pane(page, 1).boundingBox())?.width ?? 0;
      const even = await width();
      const here = await review.currentId();
      await splitter.focus();
      for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
      assert.ok((await width()) > even + 40, 'moved by keys');
      assert.equal(await review.currentId(), here, 'arrow keys on a border lead nowhere else');
      const [left, right] = await valuesAt(page, 0.5, 0.5);
      assert.ok(left && right, 'the same token in panes of two sizes');
      const box = await splitter.boundingBox();
      assert.ok(box);
      await page.mouse.move(box.x, box.y + 40);
      await page.mouse.down();
      await page.mouse.move(box.x - 60, box.y + 40, { steps: 4 });
      await page.mouse.up();
      const pulled = await width();
      assert.ok(pulled < even + 60, 'pulled by the pointer');

      await page.reload();
      await review.ready();
      assert.equal(await page.locator('.panes section').count(), 6);
      assert.equal(await picker(page, 4).inputValue(), 'logits');
      assert.equal(await page.getByLabel('Pane 2: map that is subtracted').inputValue(), 'question');
      assert.ok(Math.abs((await width()) - pulled) < 2);
      for (const theme of ['one', 'two']) {
        await page.getByRole('button', { name: /^Theme/ }).click();
        assert.deepEqual(await violations(page), [], `six panes, theme ${theme}`);
      }
      await review.pressAndMove('j');
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: zoom and place stay while a sample is worked on, and go to the next one when asked`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      const zoom = async () => parseInt(await page.getByTestId('zoom').innerText(), 10);
      const fitted = await zoom();
      const under = async () => /row \d+ · col \d+/.exec(await review.tokenAt([0.5, 0.5]))?.[0];
      const middle = await under();
      const box = await pane(page, 1).getByRole('img').boundingBox();
      assert.ok(box);
      await page.mouse.move(box.x + box.width / 4, box.y + box.height / 4);
      await page.keyboard.down('Control');
      for (let i = 0; i < 4; i++) await page.mouse.wheel(0, -120);
      await page.keyboard.up('Control');
      await page
        .getByTestId('zoom')
        .filter({ hasNotText: `${fitted}%` })
        .waitFor();
      const close = await zoom();
      assert.ok(close > fitted * 1.3, `${fitted}% to ${close}%`);
      assert.notEqual(
        await under(),
        middle,
        'what was under the pointer stayed there, not what was in the middle',
      );

      const here = await under();
      await page.keyboard.down('Space');
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 2 - 80, box.y + box.height / 2 - 60, { steps: 4 });
      await page.mouse.up();
      await page.keyboard.up('Space');
      const panned = await under();
      assert.notEqual(panned, here, 'pulled elsewhere');

      await page.keyboard.press('b');
      await review.stroke([0.4, 0.4], [0.6, 0.5]);
      await review.saved();
      assert.equal(await review.currentState(), 'corrected');
      assert.equal(await zoom(), close, 'painting leaves the zoom alone');
      assert.equal(await under(), panned, 'and the place');

      /** Presses the key that shows the whole picture: by how much the zoom was larger. */
      const beyondFit = async () => {
        const before = await zoom();
        await page.keyboard.press('f');
        return before / (await zoom());
      };
      await review.pressAndMove('j');
      assert.equal(await beyondFit(), 1, 'another sample is shown whole');
      await page.keyboard.press('h');
      await page.keyboard.press('+');
      await review.pressAndMove('j');
      assert.ok((await beyondFit()) > 1.1, 'kept, now that it is asked for');
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: a pane is saved as SVG with its values and as PNG with its caption`, async (t) => {
    const app = await open(chromium, await demoProject(t));
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      const save = (format: string) =>
        saved(app, async () => {
          await page.getByRole('button', { name: 'Pane 1: save as a figure' }).focus();
          await page.keyboard.press('Enter');
          if (format === 'SVG') await page.keyboard.press('ArrowDown');
          await page.keyboard.press('Enter');
        });
      const svg = await save('SVG');
      assert.match(svg.name, /-raw-attention\.svg$/);
      const text = svg.bytes.toString('utf8');
      const parsed = await page.evaluate((xml) => {
        const dom = new (
          globalThis as unknown as {
            DOMParser: new () => { parseFromString(s: string, t: string): SvgDocument };
          }
        ).DOMParser();
        const found = dom.parseFromString(xml, 'image/svg+xml');
        return {
          root: found.documentElement.nodeName,
          cells: found.querySelectorAll('[data-value]').length,
          words: [...found.querySelectorAll('text')].map((one) => one.textContent).join(' '),
        };
      }, text);
      assert.equal(parsed.root, 'svg');
      assert.ok(parsed.cells > 0, `${parsed.cells} cells`);
      for (const part of ['Sample: ', 'Question: ', 'Map: Raw attention', 'Model: ', 'Preset: ', 'Scale: ']) {
        assert.ok(parsed.words.includes(part), part);
      }
      const values = [...text.matchAll(/data-value="([^"]+)"/g)].map(([, value]) => Number(value));
      const highest = Number(await pane(page, 1).getByTestId('highest').innerText());
      assert.ok(
        Math.abs(Math.max(...values) - highest) <= highest / 100,
        'the legend says the highest value',
      );

      const png = await save('PNG');
      assert.match(png.name, /-raw-attention\.png$/);
      const { width, height } = await sharp(png.bytes).metadata();
      const size = /viewBox="0 0 (\d+) (\d+)"/.exec(text);
      assert.deepEqual([width, height], [Number(size?.[1]), Number(size?.[2])]);
      assert.ok((await sharp(png.bytes).stats()).entropy > 1, 'something is drawn');
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}

/** The page's; the code that uses it runs there. */
interface SvgDocument {
  readonly documentElement: { readonly nodeName: string };
  querySelectorAll(what: string): Iterable<{ readonly textContent: string }> & { readonly length: number };
}
