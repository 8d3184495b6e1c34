/** Two windows or two people on one sample: the later one is told, nothing is overwritten unseen, and nothing moves. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page, WebSocketRoute } from 'playwright-core';
import type { EventName, EventPayload } from '../../src-shared/contract/procedures.ts';
import { encodeFrame } from '../../src-shared/rpc/codec.ts';
import { violations } from './support/axe.ts';
import { addNote, flagsOf } from '../../src-main/store/samples/annotation.ts';
import { openProject } from '../../src-main/store/file/project.ts';
import { reviewHistory, submitReview } from '../../src-main/store/reviews/review.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { openInElectron } from './support/electron-app.ts';
import { losableConnection } from './support/losable-connection.ts';
import { ReviewPage } from './support/review-page.ts';
import { until } from './support/until.ts';
import { FOVEA } from '../support/program.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

const NOTE = 'Note on this decision';
const history = (page: Page) => page.getByRole('region', { name: 'History' }).getByRole('listitem');

/** Decides one sample in another process. */
async function applied(project: string, decision: Readonly<Record<string, unknown>>): Promise<void> {
  const file = join(dirname(project), 'decision.jsonl');
  writeFileSync(file, `${JSON.stringify(decision)}\n`);
  const args = [FOVEA, 'review', project, '--apply', file];
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  assert.deepEqual(await once(child, 'exit'), [0, null]);
}

/** Where the panes are, in CSS pixels. */
async function place(page: Page): Promise<unknown> {
  return page.locator('section[aria-label="Denoised"]').boundingBox();
}

test('a note without a decision, written elsewhere, is shown before anything is put over it', async (t) => {
  const project = await demoProject(t);
  const app = await openInBrowserHost(chromium, project);
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    const connection = await losableConnection(page);
    await page.reload();
    await review.ready();
    const id = await review.currentId();
    const before = await place(page);
    await connection.lose();
    // In another process, and the page hears nothing of it.
    await applied(project, { fovea: id, decision: 'reset', reviewer: 'ana', note: 'odd tag' });

    await page.keyboard.press('m');
    await page.keyboard.type('all fine');
    await page.keyboard.press('Enter');
    await page.getByText('1 not saved, trying again').waitFor();
    await connection.restore();
    await page.getByText('ana wrote “odd tag” on this sample').waitFor();
    assert.deepEqual(await place(page), before, 'what is said lies over the page and moves nothing');
    await page.getByRole('button', { name: 'Keep theirs' }).click();
    await review.saved();
    await review.ready();
    assert.equal(await page.getByLabel(NOTE).inputValue(), 'odd tag');
    assert.equal(await review.currentState(), 'pending');
    assert.equal(await history(page).count(), 1);
    await review.pressAndMove('Enter');
    await review.saved();
    await review.choose(id);
    assert.deepEqual([await review.currentState(), await history(page).count()], ['accepted', 2]);
    assert.equal(await page.getByLabel(NOTE).inputValue(), 'odd tag', 'the decision keeps the note');
  } finally {
    await app.close();
  }
});

test('two windows write notes on one sample: what is being typed stays, the other is shown beside it', async (t) => {
  const app = await openInElectron(chromium, await demoProject(t));
  try {
    const { page } = app;
    const [mine, opening] = [new ReviewPage(page), page.context().waitForEvent('page')];
    await mine.ready();
    app.chooseMenu('new-window');
    const other = new ReviewPage(await opening);
    await other.ready();
    assert.equal(await other.currentId(), await mine.currentId());

    await page.keyboard.press('m');
    await page.keyboard.type('mine: x d');
    await other.page.keyboard.press('m');
    await other.page.keyboard.type('theirs');
    await other.page.keyboard.press('Enter');
    await other.saved();
    await page.getByText('Changed elsewhere: “theirs”').waitFor();
    await page.keyboard.type(' still');
    assert.equal(await page.getByLabel(NOTE).inputValue(), 'mine: x d still');
    await page.keyboard.press('Enter');
    await mine.saved();
    await history(page).nth(1).waitFor();
    assert.match((await history(page).allInnerTexts()).join('\n'), /mine: x d still[^]*theirs/);
    assert.equal(await mine.currentState(), 'pending', 'no letter of the note was taken for a key');
    await other.page.getByText('This sample was decided elsewhere').waitFor();
    await until(other.page, "document.querySelector('[data-note]').value", 'mine: x d still');
  } finally {
    await app.close();
  }
});

test('the connection is lost in the middle of a stroke: the panes stay where they are, the stroke is kept', async (t) => {
  const app = await openInBrowserHost(chromium, await demoProject(t));
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    const connection = await losableConnection(page);
    await page.reload();
    await review.ready();
    const id = await review.currentId();
    await page.keyboard.press('b');
    const before = await place(page);
    const pane = await page.locator('section[aria-label="Denoised"] [role=img]').boundingBox();
    assert.ok(pane);
    await page.mouse.move(pane.x + pane.width * 0.4, pane.y + pane.height * 0.4);
    await page.mouse.down();
    await connection.lose();
    assert.deepEqual(await place(page), before);
    await page.mouse.move(pane.x + pane.width * 0.6, pane.y + pane.height * 0.4, { steps: 4 });
    await page.mouse.up();
    await page.locator('[data-save=unsaved]').waitFor();
    assert.deepEqual(await place(page), before);
    await connection.restore();
    await review.saved();
    assert.deepEqual(await place(page), before);
    assert.equal(await review.rowState(id), 'corrected');
  } finally {
    await app.close();
  }
});

test('without a connection a flag is kept and saved afterwards, and what others did meanwhile shows', async (t) => {
  const path = await demoProject(t);
  const app = await openInBrowserHost(chromium, path);
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    const connection = await losableConnection(page);
    await page.reload();
    await review.ready();
    const id = await review.currentId();
    await connection.lose();
    await page.keyboard.press('8');
    await page.locator(`[data-sample="${id}"] [data-marks=example]`).waitFor();
    await page.getByText('1 not saved, trying again').waitFor();
    const project = openProject(path);
    t.after(() => project.close());
    const reviewer = 'ana';
    const rejected = { sampleId: id, predictionId: null, decision: 'reject', label: null, reviewer } as const;
    submitReview(project.db, { ...rejected, note: null }, undefined);
    addNote(project.db, id, 'blurred', reviewer);
    await connection.restore();
    await review.saved();
    assert.deepEqual(flagsOf(project.db, id), ['example']);
    await page.getByText('This sample was decided elsewhere').waitFor();
    await page.locator('[data-current-state=rejected]').waitFor();
    await page.getByText('blurred', { exact: true }).waitFor();
    await page.locator(`[data-sample="${id}"] [data-marks=example]`).waitFor();
  } finally {
    await app.close();
  }
});

test('what another process decides shows by itself, on screen and in the list', async (t) => {
  const path = await demoProject(t);
  const app = await openInBrowserHost(chromium, path);
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await review.ready();
    const id = await review.currentId();
    await applied(path, { fovea: id, decision: 'reject', reviewer: 'ana', note: 'odd tag' });
    await page.getByText('This sample was decided elsewhere').waitFor();
    await page.locator('[data-current-state=rejected]').waitFor();
    await page.locator(`[data-sample="${id}"][data-state=rejected]`).waitFor();
    await until(page, "document.querySelector('[data-note]').value", 'odd tag');
    const next = id + 1;
    await applied(path, { fovea: next, decision: 'accept', reviewer: 'ana' });
    await page.locator(`[data-sample="${next}"][data-state=accepted]`).waitFor();
    assert.equal(await review.currentId(), id);
  } finally {
    await app.close();
  }
});

test('a batch that another window decides is seen as it goes on, until it ends', async (t) => {
  const app = await openInBrowserHost(chromium, await demoProject(t));
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    const sockets: WebSocketRoute[] = [];
    await page.routeWebSocket(/\/rpc$/, (socket) => {
      socket.connectToServer();
      sockets.push(socket);
    });
    await page.reload();
    await review.ready();
    // As the main side tells every window; a batch of the demo is over before anybody sees it.
    const tell = <N extends EventName>(name: N, payload: EventPayload<N>): void =>
      sockets[0]!.send(Buffer.from(encodeFrame({ type: 'event', name, payload })));
    tell('batch.progress', { id: 7, done: 40_000, total: 100_000 });
    const shown = page.getByRole('status').filter({ hasText: 'Batch 7 elsewhere' });
    await shown.getByText('40,000/100,000').waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await violations(page), [], colorScheme);
    }
    const counts = { population: 100_000, planned: 30, looked: 30, decided: 100_000 };
    const none = { wrong: 0, wrongAtMost: 0, changedMeanwhile: 0, undone: 0, keptAsDecided: 0 };
    const verdict = { passed: true, refused: false, target: 0.1, decision: 'accept', reason: null } as const;
    const when = { reviewer: 'ana', createdAt: '2026-01-01T00:00:00.000Z', endedAt: null };
    tell('batch.changed', { id: 7, state: 'applied', ...counts, ...none, ...verdict, ...when });
    await shown.waitFor({ state: 'detached' });
    assert.deepEqual(app.complaints, []);
  } finally {
    await app.close();
  }
});

test('a note written while somebody decides the sample goes on that decision; neither is lost', async (t) => {
  const path = await demoProject(t);
  const app = await openInBrowserHost(chromium, path);
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    const connection = await losableConnection(page);
    await page.reload();
    await review.ready();
    const id = await review.currentId();
    await connection.lose();
    await applied(path, { fovea: id, decision: 'accept', reviewer: 'ana' });
    await page.keyboard.press('m');
    await page.keyboard.type('odd tag');
    await page.keyboard.press('Enter');
    await page.getByText('1 not saved, trying again').waitFor();
    await connection.restore();
    await page.getByText(`ana decided sample no. ${id}; your note is on that decision`).waitFor();
    await review.saved();
    await page.locator('[data-current-state=accepted]').waitFor();
    await history(page).nth(1).waitFor();
    assert.equal(await page.getByLabel(NOTE).inputValue(), 'odd tag');
    const project = openProject(path);
    t.after(() => project.close());
    assert.deepEqual(
      reviewHistory(project.db, id).map(({ decision, note, reviewer }) => [
        decision,
        note,
        reviewer === 'ana',
      ]),
      [
        ['accept', null, true],
        ['accept', 'odd tag', false],
      ],
    );
  } finally {
    await app.close();
  }
});
