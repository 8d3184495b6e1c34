/**
 * Every tool of the label editor, with pointer and with keys alone. What is asked is the store: each use
 * of a tool is one revision, with exactly the tokens that SPEC.md (src-renderer/editing) says.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { reviewHistory } from '../../src-main/store/reviews/review.ts';
import { sampleDetail } from '../../src-main/store/shown/sample-detail.ts';
import { openProject } from '../../src-main/store/file/project.ts';
import { BG, FG, IGNORE } from '../../src-shared/kernels/types.ts';
import { makeLargeProject } from '../bench/ui/large-project.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { violations } from './support/axe.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import type { HostName } from './support/hosted-page.ts';
import { HOSTS, hostInTurn } from './support/hosts.ts';
import { LabelCells } from './support/label-cells.ts';
import { ReviewPage } from './support/review-page.ts';

const COLS = 24;
const SAMPLE = 1;

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

/** What the store holds of the sample: its predicted label and its revisions, oldest first. */
function stored(path: string) {
  const project = openProject(path);
  try {
    const predicted = Int8Array.from(sampleDetail(project.db, SAMPLE).prediction!.label);
    const revisions = reviewHistory(project.db, SAMPLE).map(({ decision, label, note }) => ({
      decision,
      label: label && Int8Array.from(label),
      note,
    }));
    return { predicted, revisions };
  } finally {
    project.close();
  }
}

/** The editor on the first sample of a generated project, with its grid measured. */
interface Editor {
  readonly project: string;
  readonly page: Page;
  readonly review: ReviewPage;
  readonly label: LabelCells;
  readonly predicted: Int8Array;
}

/** Opens the editor, does what the spec is about, closes it; the page must not have complained. */
async function inEditor(
  t: TestContext,
  host: HostName,
  body: (editor: Editor) => Promise<void>,
): Promise<void> {
  const project = join(temporaryDir(t), 'project');
  await makeLargeProject(project, 12);
  const { predicted } = stored(project);
  const app = await HOSTS[host](chromium, project);
  try {
    const { page } = app;
    await page.setViewportSize({ width: 1440, height: 900 });
    const review = new ReviewPage(page);
    const label = new LabelCells(page);
    await review.ready();
    await label.measure();
    await body({ project, page, review, label, predicted });
    assert.deepEqual(app.complaints, []);
  } finally {
    await app.close();
  }
}

/** All cells of a box of rows and columns, both inclusive. */
function cells(row0: number, col0: number, row1: number, col1: number): number[] {
  const found: number[] = [];
  for (let row = row0; row <= row1; row++)
    for (let col = col0; col <= col1; col++) found.push(row * COLS + col);
  return found;
}

function painted(label: Int8Array, places: readonly number[], value: number): Int8Array {
  const copy = label.slice();
  for (const place of places) copy[place] = value;
  return copy;
}

for (const host of Object.keys(hostInTurn(import.meta.filename)) as HostName[]) {
  test(`${host}: each tool changes exactly the tokens it says, in one step`, async (t) => {
    await inEditor(t, host, async ({ project, page, review, label, predicted }) => {
      let expected: Int8Array = predicted;
      let revisions = 0;
      /** The newest revision is a correction with the expected label, and only one was added. */
      const holds = async (): Promise<void> => {
        await review.saved();
        const found = stored(project).revisions;
        assert.equal(found.length, ++revisions);
        assert.equal(found.at(-1)!.decision, 'correct');
        assert.deepEqual(found.at(-1)!.label, expected);
      };
      const change = async (places: readonly number[], value: number): Promise<void> => {
        expected = painted(expected, places, value);
        await label.changedIs(expected.filter((one, i) => one !== predicted[i]).length);
        await holds();
      };

      // [E2] Rectangle: what it touches; Esc gives it up.
      await page.keyboard.press('r');
      await page.keyboard.press('1');
      await label.drag([14, 14], [17, 18]);
      await change(cells(14, 14, 17, 18), FG);
      await page.mouse.move(...label.at(2, 2));
      await page.mouse.down();
      await page.mouse.move(...label.at(9, 9));
      await page.keyboard.press('Escape');
      await page.mouse.up();

      // [E3] Polygon: a right-angled triangle, closed with Enter.
      await page.keyboard.press('p');
      await page.keyboard.press('3');
      await label.click(20.4, 1.6);
      await label.click(20.4, 6.9);
      await label.click(15.3, 1.6);
      await page.keyboard.press('Enter');
      assert.equal(await review.currentId(), SAMPLE, 'Enter closed the polygon and decided nothing');
      const triangle = [0, 1, 2, 3, 4].flatMap((n) => cells(16 + n, 2, 16 + n, 2 + n));
      await change(triangle, IGNORE);

      // [E4] Fill: the whole region, and only it.
      await page.keyboard.press('c');
      await page.keyboard.press('2');
      await label.click(18, 3);
      await change(triangle, BG);

      // [E7] [E8] Select: a corner resizes the region to its box, the middle moves it.
      await page.keyboard.press('v');
      await label.click(15, 15);
      await label.drag([17.5, 18.5], [19.5, 20.5]);
      await change(cells(14, 14, 19, 20), FG);
      await label.drag([16, 16], [17, 15]);
      expected = painted(expected, cells(14, 14, 19, 20), BG);
      await change(cells(15, 13, 20, 19), FG);

      // [E5] Grow and shrink the region that is taken.
      await page.keyboard.press('.');
      await change(cells(14, 12, 21, 20), FG);
      await page.keyboard.press(',');
      expected = painted(expected, cells(14, 12, 21, 20), BG);
      await change(cells(15, 13, 20, 19), FG);
      await page.keyboard.press('Escape');

      // [E6] The eraser, wider, and back with undo.
      await page.keyboard.press('e');
      await page.keyboard.press(']');
      await page.keyboard.press(']');
      await label.drag([17, 16], [17, 16]);
      const whole = expected;
      await change(cells(16, 15, 18, 17), BG);
      await page.keyboard.press('Control+z');
      expected = whole;
      await change([], FG);

      // With keys alone: a stroke, a rectangle, a dab.
      await label.cursor.focus();
      await label.walkTo(5, 20);
      await page.keyboard.press('b');
      await page.keyboard.press('[');
      await page.keyboard.press('[');
      await page.keyboard.press('1');
      await page.keyboard.press('Space');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Space');
      await change([5 * COLS + 20, 6 * COLS + 20, 6 * COLS + 21], FG);
      await page.keyboard.press('r');
      await page.keyboard.press('3');
      await page.keyboard.press('Space');
      await page.keyboard.press('Shift+ArrowDown');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Enter');
      await change(cells(6, 20, 11, 21), IGNORE);
      await page.keyboard.press('b');
      await page.keyboard.press('1');
      await page.keyboard.press('Enter');
      await change([11 * COLS + 20], FG);
      const before = await review.currentId();
      await page.keyboard.press('Escape');
      await page.keyboard.press('ArrowRight');
      await page.locator(`button[aria-current=true]:not([data-sample="${before}"])`).waitFor();
    });
  });
}

for (const host of Object.keys(hostInTurn(import.meta.filename)) as HostName[]) {
  test(`${host}: a label is copied, compared, restored and noted; each is a revision of its own`, async (t) => {
    await inEditor(t, host, async ({ project, page, review, label, predicted }) => {
      await page.keyboard.press('r');
      await page.keyboard.press('1');
      await label.drag([14, 14], [15, 15]);
      await label.changedIs(4);
      const drawn = painted(predicted, cells(14, 14, 15, 15), FG);

      // Compare: the predicted label while Q is held; deciding on what is not shown is refused.
      await page.mouse.move(...label.at(14, 14));
      const token = page.getByTestId('token');
      await token.filter({ hasText: 'foreground' }).waitFor();
      // What comes in meanwhile, such as the counts of the decision that was saved, leaves the pointer where it points.
      await page.locator('[data-filter=corrected][data-count="1"]').waitFor();
      assert.match((await token.textContent()) ?? '', /foreground/);
      await page.keyboard.down('q');
      await token.filter({ hasText: 'background' }).waitFor();
      await page.keyboard.press('x');
      await page.getByText('You are looking at the predicted label').waitFor();
      await page.keyboard.up('q');
      await token.filter({ hasText: 'foreground' }).waitFor();
      await page.keyboard.press('w');
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme });
        await label.cursor.focus();
        assert.deepEqual(await violations(page), [], colorScheme);
        await page.keyboard.press('Escape');
        await page.keyboard.press('y');
        await page.getByRole('menu').waitFor();
        assert.deepEqual(await violations(page), [], `${colorScheme}, menu`);
        await page.keyboard.press('Escape');
      }

      // Copy with keys alone: first what the RPN says, then as predicted.
      await page.keyboard.press('y');
      await page.getByRole('menuitem', { name: /^RPN/ }).focus();
      await page.keyboard.press('Enter');
      await page.locator('[data-changed]:not([data-changed="4"])').waitFor({ state: 'attached' });
      await page.keyboard.press('y');
      await page.keyboard.press('Enter');
      await label.changedIs(0);

      // A note, then the drawn label again out of the history.
      await page.keyboard.press('m');
      await page.keyboard.type('two tags look alike');
      await page.keyboard.press('Enter');
      const history = page.getByRole('region', { name: 'History' }).getByRole('listitem');
      await history.nth(3).waitFor();
      await history.nth(3).getByRole('button', { name: 'Restore this revision' }).click();
      await label.changedIs(4);
      await review.saved();

      const { revisions } = stored(project);
      assert.deepEqual(
        revisions.map(({ decision, note }) => [decision, note]),
        [
          ['correct', null],
          ['correct', null],
          ['correct', null],
          ['correct', 'two tags look alike'],
          ['correct', null],
        ],
      );
      assert.deepEqual(revisions[0].label, drawn);
      assert.ok(revisions[1].label!.includes(FG) && !revisions[1].label!.includes(IGNORE));
      assert.deepEqual(revisions[2].label, predicted);
      assert.deepEqual(revisions[4].label, drawn);

      await page.reload();
      await review.ready();
      await label.changedIs(4);
    });
  });
}

test('browser host: what changes no token takes no step, so a rejected sample stays rejected', async (t) => {
  await inEditor(t, 'browser host', async ({ project, page, review, label }) => {
    // All background: there is nothing to shrink.
    await page.keyboard.press('r');
    await page.keyboard.press('2');
    await label.drag([0, 0], [COLS - 1, COLS - 1]);
    await page.locator('[data-current-state=corrected]').waitFor();
    await review.pressAndMove('x');
    await review.pressAndMove('ArrowLeft');
    await page.keyboard.press(',');
    // One step back leads behind the rejection, not to it.
    await page.keyboard.press('Control+z');
    await page.locator('[data-current-state=corrected]').waitFor();
    await review.saved();
    assert.deepEqual(
      stored(project).revisions.map(({ decision }) => decision),
      ['correct', 'reject', 'correct'],
    );
  });
});
