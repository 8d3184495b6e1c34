/** Taking samples out of a project: the chosen ones in the gallery, and all that an import added. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { decodeFrame } from '../../src-shared/rpc/codec.ts';
import { demoPicture } from '../support/demo.ts';
import { violations } from './support/axe.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { hostInTurn } from './support/hosts.ts';
import { losableConnection } from './support/losable-connection.ts';
import { newWindow } from './support/new-window.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: chosen samples and imports are removed after counts were shown, and lists follow`, async (t) => {
    const project = await demoProject(t);
    const app = await open(chromium, project);
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      await page.keyboard.press('x');
      await page.getByRole('tab', { name: 'Gallery' }).click();
      await page.locator('[aria-busy=false][role=listbox]').waitFor();
      await page.getByRole('listbox').focus();
      for (const key of ['Home', 'Shift+ArrowRight', 'Shift+ArrowRight']) await page.keyboard.press(key);
      await page.getByText('3 samples selected').waitFor();
      const remove = page
        .getByRole('toolbar', { name: 'Selected samples' })
        .getByRole('button', { name: 'Remove…' });
      await remove.click();
      const dialog = page.getByRole('dialog', { name: 'Remove 3 samples?' });
      await dialog.waitFor();
      assert.match((await dialog.getByTestId('goes').textContent()) ?? '', /1 decided,\s+3 labelled/);
      assert.match((await dialog.getByTestId('stays').textContent()) ?? '', /journal/);
      assert.deepEqual(await violations(page), []);
      if (process.env.FOVEA_SHOTS)
        await page.screenshot({ path: join(process.env.FOVEA_SHOTS, `${name}-chosen.png`) });
      await dialog.getByRole('button', { name: 'Keep them' }).click();
      await page.getByText('3 samples selected').waitFor();
      await remove.click();
      await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
      await page.locator('[role=listbox][aria-label^="117 "]').waitFor();
      await page.getByText('3 samples removed').waitFor();
      assert.equal(
        readdirSync(join(project, 'backups')).filter((file) => file.includes('by-hand')).length,
        1,
      );

      await page.getByRole('tab', { name: 'Dashboard' }).click();
      const imports = page.getByRole('list', { name: 'Imports' });
      await imports.getByText('117 samples').waitFor();
      if (process.env.FOVEA_SHOTS) {
        await imports.scrollIntoViewIfNeeded();
        await page.screenshot({ path: join(process.env.FOVEA_SHOTS, `${name}-imports.png`) });
      }
      await imports.getByRole('button', { name: /^Remove/ }).click();
      const all = page.getByRole('dialog', { name: 'Remove 117 samples?' });
      await all.getByRole('button', { name: 'Remove', exact: true }).click();
      await page.getByText('117 samples removed').waitFor();
      await page.getByText('No imports are listed').waitFor();
      assert.doesNotThrow(() => demoPicture(project, 'demo-0003'), 'files stay');
    } finally {
      await app.close();
    }
  });
}

/** Chooses `count` samples from the one at `place` of the gallery's `of` on, no. `first`, and removes them. */
async function removeFrom(
  page: Page,
  place: number,
  count: number,
  { of = 120, first = place + 1 } = {},
): Promise<void> {
  await page.keyboard.press('Alt+g');
  // Places are those of the list without what was removed before.
  await page.getByRole('toolbar', { name: 'Gallery' }).getByText(`${of} samples`, { exact: true }).waitFor();
  await page.locator('[aria-busy=false][role=listbox]').waitFor();
  await page.getByRole('listbox').focus();
  await page.keyboard.press('Home');
  await page.locator('[role=option].current[data-index="0"]').waitFor();
  // A key is without effect while the page of the list that it leads to is on its way.
  for (let n = 0; n < place; n++) {
    await page.keyboard.press('ArrowRight');
    await page.locator(`[role=option].current[data-index="${n + 1}"]`).waitFor();
  }
  await page.locator(`[role=option].current[data-tile="${first}"]`).waitFor();
  for (let n = 1; n < count; n++) await page.keyboard.press('Shift+ArrowRight');
  await page.getByText(new RegExp(`^${count} samples? selected$`)).waitFor();
  await page
    .getByRole('toolbar', { name: 'Selected samples' })
    .getByRole('button', { name: 'Remove…' })
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

test('what comes after removed samples takes their place, and undo says that nothing on them can be taken back', async (t) => {
  const app = await openInBrowserHost(chromium, await demoProject(t));
  t.after(() => app.close());
  const { page } = app;
  const review = new ReviewPage(page);
  await review.ready();
  await review.choose(4);
  await page.keyboard.press('x');
  await review.saved();
  await removeFrom(page, 3, 2);
  await page.keyboard.press('Alt+r');
  await review.ready();
  assert.equal(await review.currentId(), 6);
  await page.keyboard.press('Control+z');
  await page
    .getByText('Sample no. 4 was removed from the project; nothing on it can be undone here')
    .waitFor();
  assert.equal(await review.currentId(), 6);
  await page.keyboard.press('Control+z');
  await page.getByText('Nothing left to undo in this window').waitFor();
  assert.deepEqual(app.complaints, []);
});

test('a sample that another window removes leaves the screen; what could not be saved on one is said, once', async (t) => {
  const app = await openInBrowserHost(chromium, await demoProject(t));
  t.after(() => app.close());
  const other = await newWindow(app.page);
  const connection = await losableConnection(other);
  await other.goto(app.page.url());
  const there = new ReviewPage(other);
  await other.bringToFront();
  await there.ready();
  await there.choose(3);
  await app.page.bringToFront();
  await new ReviewPage(app.page).ready();
  await removeFrom(app.page, 2, 1);
  await other.bringToFront();
  await other.getByText('Sample no. 3 was removed from the project').waitFor();
  await other.locator('[data-shown="4"]').waitFor();
  assert.equal(await there.currentId(), 4);
  await other.locator('[data-sample="3"]').waitFor({ state: 'detached' });

  await connection.lose();
  await other.keyboard.press('x');
  await other.locator('[data-shown="5"]').waitFor();
  await app.page.bringToFront();
  await removeFrom(app.page, 2, 1, { of: 119, first: 4 });
  await other.bringToFront();
  await connection.restore();
  await other.getByText('Sample no. 4 was removed from the project: not saved on it: 1 decision').waitFor();
  await there.saved();
  await there.pressAndMove('x');
  await there.saved();
  assert.equal(await there.rowState(5), 'rejected');
});

interface Frame {
  readonly type: string;
  readonly id?: number;
  readonly input?: { readonly id?: number };
}

/** From its next load on: lets the page wait for the answer that a sample is not there. */
async function answersOfMissing(page: Page) {
  let of: number | null = null;
  const asked = new Set<number | undefined>();
  const held: (() => void)[] = [];
  const news = new EventEmitter();
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => {
      const { id, input } = decodeFrame(frame as Buffer) as Frame;
      if (of !== null && input?.id === of) asked.add(id);
      server.send(frame);
    });
    server.onMessage((frame) => {
      const { type, id } = decodeFrame(frame as Buffer) as Frame;
      if (type !== 'error' || !asked.has(id)) return socket.send(frame);
      held.push(() => socket.send(frame));
      news.emit('held');
    });
  });
  return {
    hold: (sample: number): void => void (of = sample),
    /** The page has asked for it. */
    async held(): Promise<void> {
      if (held.length === 0) await once(news, 'held', { signal: AbortSignal.timeout(30_000) });
    },
    give(): void {
      of = null;
      asked.clear();
      for (const give of held.splice(0)) give();
    },
  };
}

test('a removed sample gives its place to the next one, also where the list without it is there first', async (t) => {
  const app = await openInBrowserHost(chromium, await demoProject(t));
  t.after(() => app.close());
  const other = await newWindow(app.page);
  const answers = await answersOfMissing(other);
  await other.goto(app.page.url());
  const there = new ReviewPage(other);
  await other.bringToFront();
  await there.ready();

  const removeElsewhere = async (
    shown: number,
    { place, first, count, of }: Record<'place' | 'first' | 'count' | 'of', number>,
  ): Promise<void> => {
    answers.hold(shown);
    await app.page.bringToFront();
    await removeFrom(app.page, place, count, { of, first });
    await other.bringToFront();
    await answers.held();
  };

  await there.choose(3);
  await removeElsewhere(3, { place: 1, first: 2, count: 2, of: 120 });
  await other.locator('[role=list][aria-label="118 samples"]').waitFor();
  assert.equal(await other.locator('[data-shown]').getAttribute('data-shown'), '3', 'it is not told yet');
  answers.give();
  await other.getByText('Sample no. 3 was removed from the project').waitFor();
  await other.locator('[data-shown="4"]').waitFor();

  // Nothing comes after the last one.
  await other.locator('button[aria-current=true]').press('End');
  await other.locator('[data-shown="120"]').waitFor();
  await removeElsewhere(120, { place: 115, first: 118, count: 3, of: 118 });
  await other.locator('[role=list][aria-label="115 samples"]').waitFor();
  answers.give();
  await other.getByText('Sample no. 120 was removed from the project').waitFor();
  await other.locator('[data-shown="117"]').waitFor();

  // Who looks at all samples before being told finds the place there, too.
  await there.choose(115);
  await removeElsewhere(115, { place: 112, first: 115, count: 1, of: 115 });
  await other.keyboard.press('Alt+g');
  await other.locator('[role=option].current[data-tile="116"]').waitFor();
  await other.keyboard.press('Enter');
  await other.locator('[data-shown="116"]').waitFor();
  answers.give();
  await there.pressAndMove('x');
  await there.saved();
  assert.equal(await there.rowState(116), 'rejected');
});
