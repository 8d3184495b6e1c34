/**
 * One undo order across samples: what was done last is taken back where it was done, and shown; redo goes forward again.
 * An offer to undo goes with what it would undo.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { openProject } from '../../src-main/store/file/project.ts';
import { reviewHistory } from '../../src-main/store/reviews/review.ts';
import { makeLargeProject } from '../bench/ui/large-project.ts';
import { slowDisk } from '../soak/actions/slow-disk.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import type { HostName } from './support/hosted-page.ts';
import { HOSTS, hostInTurn, secondWindow } from './support/hosts.ts';
import { LabelCells } from './support/label-cells.ts';
import { ReviewPage, type State } from './support/review-page.ts';

const SAMPLES = 12;
/** More than the five seconds that a save waits. */
const HELD_MS = 5_500;

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

class Undoing {
  readonly path: string;
  readonly page: Page;
  readonly review: ReviewPage;

  constructor(path: string, page: Page) {
    this.path = path;
    this.page = page;
    this.review = new ReviewPage(page);
  }

  /** Presses a key; then that sample is on screen with that state. */
  async press(key: string, sample: number, state: State): Promise<void> {
    await this.page.keyboard.press(key);
    await this.is(sample, state);
  }

  async is(sample: number, state: State): Promise<void> {
    await this.page
      .locator(`[data-shown="${sample}"][data-current-state=${state}]`)
      .waitFor({ timeout: 10_000 })
      .catch(async () => {
        const shown = this.page.locator('[data-shown]');
        const now = [await shown.getAttribute('data-shown'), await shown.getAttribute('data-current-state')];
        assert.fail(`${now.join(' ')} is on screen, not ${sample} ${state}`);
      });
  }

  /** What is stored, oldest first. */
  async decisions(sample: number): Promise<string[]> {
    await this.review.saved();
    const project = openProject(this.path);
    try {
      return reviewHistory(project.db, sample).map(({ decision }) => decision);
    } finally {
      project.close();
    }
  }
}

async function onProject(
  t: TestContext,
  host: HostName,
  body: (on: Undoing, app: Awaited<ReturnType<(typeof HOSTS)[HostName]>>) => Promise<void>,
): Promise<void> {
  const path = join(temporaryDir(t), 'project');
  await makeLargeProject(path, SAMPLES);
  const app = await HOSTS[host](chromium, path);
  try {
    await app.page.setViewportSize({ width: 1440, height: 900 });
    const on = new Undoing(path, app.page);
    await on.review.ready();
    await body(on, app);
    assert.deepEqual(app.complaints, []);
  } finally {
    await app.close();
  }
}

for (const host of Object.keys(hostInTurn(import.meta.filename)) as HostName[]) {
  test(`${host}: Ctrl+Z takes back the decision that was just made and shows its sample; redo goes on again`, async (t) => {
    await onProject(t, host, async (on) => {
      const { page } = on;
      await on.press('Enter', 2, 'pending');
      await on.press('x', 3, 'pending');
      await on.press('Control+z', 2, 'pending');
      await page.getByText('Undid “rejected” on sample no. 2').waitFor();
      await on.press('Control+z', 1, 'pending');
      assert.deepEqual(await on.decisions(1), ['accept', 'reset']);
      await page.keyboard.press('Control+z');
      await page.getByText('Nothing left to undo in this window').waitFor();
      await on.press('Control+y', 2, 'pending');
      await on.press('Control+Shift+z', 3, 'pending');
      assert.deepEqual(await on.decisions(1), ['accept', 'reset', 'accept']);
      assert.deepEqual(await on.decisions(2), ['reject', 'reset', 'reject']);

      // After going elsewhere by hand, and after looking at another page.
      await on.press('j', 4, 'pending');
      await on.press('j', 5, 'pending');
      await page.keyboard.press('Alt+d');
      await page.getByRole('tab', { name: 'Dashboard', selected: true }).waitFor();
      await on.press('Alt+r', 5, 'pending');
      await on.press('Control+z', 2, 'pending');
      // A flag and the words on a sample are not in the order; they are taken back where they were set.
      await page.keyboard.press('7');
      await page.locator('[data-sample="2"] [data-marks~=look_again]').waitFor();
      await on.press('Control+z', 1, 'pending');

      // What a reload leaves is in the history, and that is said.
      await on.press('Enter', 2, 'pending');
      await on.review.saved();
      await page.reload();
      await on.review.ready();
      await page.keyboard.press('Control+z');
      await page.getByText('Earlier decisions are in each sample’s History').waitFor();
      assert.equal(await on.review.rowState(1), 'accepted');
    });
  });
}

test('changes of the sample on screen come first, then the decision before; Enter on a corrected one is gone back to', async (t) => {
  await onProject(t, 'browser host', async (on) => {
    const { page } = on;
    const cells = new LabelCells(page);
    await cells.measure();
    await on.press('x', 2, 'pending');
    await page.keyboard.press('r');
    await page.keyboard.press('1');
    await cells.drag([14, 14], [15, 15]);
    await cells.changedIs(4);
    await cells.drag([17, 14], [17, 17]);
    await cells.changedIs(8);
    await on.press('Enter', 3, 'pending');
    await on.press('Control+z', 2, 'corrected');
    await page.getByText('Back on sample no. 2; it is corrected as before').waitFor();
    await cells.changedIs(8);
    await page.keyboard.press('Control+z');
    await cells.changedIs(4);
    await on.press('Control+z', 2, 'pending');
    await on.press('Control+z', 1, 'pending');
    await on.press('Control+y', 2, 'pending');
    await on.press('Control+y', 2, 'corrected');
    await page.keyboard.press('Control+y');
    await cells.changedIs(8);
    await on.press('Control+y', 3, 'pending');

    // Strokes of a sample that one came back to go before what was decided since.
    await on.press('k', 2, 'corrected');
    await cells.drag([2, 2], [2, 2]);
    await cells.changedIs(9);
    await on.press('j', 3, 'pending');
    await on.press('x', 4, 'pending');
    await on.press('k', 3, 'rejected');
    await on.press('k', 2, 'corrected');
    await page.keyboard.press('Control+z');
    await cells.changedIs(8);
    await on.press('Control+z', 3, 'pending');
  });
});

test('a sample that the filter does not have is shown all the same, with a word', async (t) => {
  await onProject(t, 'browser host', async (on) => {
    const { page } = on;
    await on.press('x', 2, 'pending');
    await on.press('Enter', 3, 'pending');
    await on.review.saved();
    await page.locator('[data-filter=accepted]').click();
    await on.is(2, 'accepted');
    await on.press('Control+z', 2, 'pending');
    await on.press('Control+z', 1, 'pending');
    await page.getByText('Undid “rejected” on sample no. 1').waitFor();
    await page.getByText('The filter hides it').waitFor();
    assert.equal(await page.locator('[data-sample="1"]').count(), 0);
    // It is worked on like any other.
    const flag = page.getByRole('group', { name: 'Flags' }).getByRole('button', { name: /^Look again/ });
    await page.keyboard.press('7');
    await flag.and(page.locator('[aria-pressed=true]')).waitFor();
    await on.press('j', 2, 'pending');
    await page.locator('[data-filter=accepted]').click();
    await page.locator('[data-sample="1"] [data-marks~=look_again]').waitFor();
  });
});

test('a decision that is not saved yet is taken back, too; both are saved in their order', async (t) => {
  await onProject(t, 'browser host', async (on) => {
    const { over } = await slowDisk(on.path, HELD_MS);
    await on.press('x', 2, 'pending');
    await on.press('Control+z', 1, 'pending');
    await on.page.getByText(/^\d not saved, trying again$/).waitFor();
    await over;
    assert.deepEqual(await on.decisions(1), ['reject', 'reset']);
    assert.deepEqual(await on.decisions(2), []);
  });
});

test('what somebody else decided since is not taken back: undo leads there and says so', async (t) => {
  await onProject(t, 'browser host', async (on, app) => {
    await on.press('Enter', 2, 'pending');
    await on.press('Enter', 3, 'pending');
    await on.review.saved();
    const other = new Undoing(on.path, await secondWindow(app));
    await other.review.ready();
    await other.review.choose(2);
    await other.press('x', 3, 'pending');
    await other.review.saved();
    await on.page.bringToFront();
    await on.press('Control+z', 2, 'rejected');
    await on.page.getByText('Sample no. 2 was changed elsewhere since; it stays as it is').waitFor();
    await on.press('Control+z', 1, 'pending');
    assert.deepEqual(await on.decisions(2), ['accept', 'reject']);
  });
});

test('a batch has its turn, and its notice goes when it is taken back another way', async (t) => {
  await onProject(t, 'browser host', async (on) => {
    const { page } = on;
    await on.press('x', 2, 'pending');
    await page.keyboard.press('Alt+g');
    await page.locator('[role=option].current').waitFor();
    await page.getByRole('listbox').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('x');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Look at 1 first' }).press('Enter');
    await dialog.locator('button[data-tip^="Right"]:enabled').waitFor();
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: /^Reject 1 sample$/ }).press('Enter');
    const undo = page.getByRole('button', { name: 'Undo', exact: true });
    await undo.waitFor();
    await page.keyboard.press('Alt+r');
    await on.review.ready();
    const last = on.page.locator(`[data-sample="${SAMPLES}"]`);
    await last.and(page.locator('[data-state=rejected]')).waitFor();
    await page.keyboard.press('Control+z');
    await last.and(page.locator('[data-state=pending]')).waitFor();
    await undo.waitFor({ state: 'detached' });
    await on.press('Control+z', 1, 'pending');
    assert.deepEqual(await on.decisions(SAMPLES), ['reject', 'reset']);
  });
});

test('a notice that offers to take flags off goes when they are taken off by hand, and never takes off others', async (t) => {
  await onProject(t, 'browser host', async ({ page }) => {
    await page.keyboard.press('Alt+g');
    await page.locator('[role=option].current').waitFor();
    await page.getByRole('listbox').focus();
    await page.keyboard.press('Shift+ArrowRight');
    await page.getByText('2 samples selected').waitFor();
    await page.keyboard.press('8');
    const first = page.getByRole('group', { name: /^Flagged 2 samples/ });
    await first.waitFor();
    await page.locator('[data-marks~=example]').nth(1).waitFor();
    await page.keyboard.press('8');
    await first.waitFor({ state: 'detached' });
    await page.getByRole('group', { name: /^Removed the flag from 2 samples/ }).waitFor();
  });
});
