/** What the page does when things go wrong: it says so, offers the next step, and never loses a decision. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { decodeFrame } from '../../src-shared/rpc/codec.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { openInElectron } from './support/electron-app.ts';
import { ReviewPage } from './support/review-page.ts';
import { FOVEA } from '../support/program.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

function fovea(...args: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [FOVEA, ...args], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
}

/** Somebody else decides, in another process. */
function decideElsewhere(project: string, sample: number, decision: string): void {
  const file = join(dirname(project), `decision-${sample}.jsonl`);
  writeFileSync(file, `${JSON.stringify({ fovea: sample, decision, reviewer: 'ana' })}\n`);
  fovea('review', project, '--apply', file);
}

/** From its next load on the page is told nothing unasked: what others do reaches it too late. */
async function withoutEvents(page: Page): Promise<void> {
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((frame) => {
      const { type } = decodeFrame(frame as Buffer) as { readonly type: string };
      if (type !== 'event') socket.send(frame);
    });
  });
}

test('the backend dies: what is decided meanwhile is kept and saved when it is back', async (t) => {
  const app = await openInElectron(chromium, await demoProject(t));
  try {
    const review = new ReviewPage(app.page);
    await review.ready();
    await app.page.keyboard.press('b');
    const first = await review.currentId();
    process.kill(app.backendPid(), 'SIGKILL');
    await review.pressAndMove('x');
    const second = await review.currentId();
    await review.pressAndMove('x');
    await review.saved();
    await app.page.reload();
    await review.ready();
    assert.deepEqual([await review.rowState(first), await review.rowState(second)], ['rejected', 'rejected']);
    await review.choose(first);
    assert.equal(
      await app.page.getByRole('region', { name: 'History' }).getByRole('listitem').count(),
      1,
      'nothing is saved twice',
    );
  } finally {
    await app.close();
  }
});

test('a newer decision of somebody else is shown, and overwritten only on request', async (t) => {
  const project = await demoProject(t);
  const app = await openInBrowserHost(chromium, project);
  try {
    const review = new ReviewPage(app.page);
    const { page } = app;
    await withoutEvents(page);
    await page.reload();
    await review.ready();
    const first = await review.currentId();
    decideElsewhere(project, first, 'reject');
    await review.pressAndMove('Enter');
    const second = await review.currentId();
    await page.getByText('ana rejected this sample').waitFor();
    await page.locator('[data-save=unsaved]').waitFor();
    await page.getByRole('button', { name: 'Keep mine' }).click();
    await review.saved();

    decideElsewhere(project, second, 'reject');
    await review.pressAndMove('Enter');
    await page.getByRole('button', { name: 'Keep theirs' }).click();
    await review.saved();

    await review.choose(first);
    assert.equal(await review.currentState(), 'accepted');
    await page.getByRole('region', { name: 'History' }).getByRole('listitem').nth(1).waitFor();
    await review.choose(second);
    assert.equal(await review.currentState(), 'rejected');
    assert.equal(await page.getByRole('region', { name: 'History' }).getByRole('listitem').count(), 1);
  } finally {
    await app.close();
  }
});

test('keys faster than pictures: decisions go to the samples on screen, one after the other', async (t) => {
  const app = await openInBrowserHost(chromium, await demoProject(t));
  try {
    const review = new ReviewPage(app.page);
    await review.ready();
    const first = await review.currentId();
    for (let i = 0; i < 12; i++) await app.page.keyboard.press('x');
    await review.ready();
    await review.saved();
    const reached = await review.currentId();
    assert.ok(reached > first);
    for (let id = first; id < reached; id++)
      assert.equal(await review.rowState(id), 'rejected', `sample ${id}`);
    assert.equal(await review.rowState(reached), 'pending');
  } finally {
    await app.close();
  }
});

test('what was painted and then rejected is still there when a picture comes at the second try', async (t) => {
  const project = await demoProject(t);
  const app = await openInBrowserHost(chromium, project);
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    const changed = page.locator('[data-changed]');
    await review.ready();
    const first = await review.currentId();
    await page.keyboard.press('b');
    await page.keyboard.press('.');
    await page.locator('[data-changed]:not([data-changed="0"])').waitFor({ state: 'attached' });
    const painted = await changed.getAttribute('data-changed');
    await review.pressAndMove('x');
    await review.saved();
    // All others are asked for anew, and no picture comes.
    await page.route('**/image/*', (route) => route.abort());
    const other = page.locator(`[data-sample="${first + 5}"]`);
    fovea('remove', project, '--sample', (await other.locator('.num').textContent())!.trim(), '--yes');
    await other.waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowLeft');
    await page.getByText(/^The picture .* cannot be shown/).waitFor();
    await page.unroute('**/image/*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText(/^The picture .* cannot be shown/).waitFor({ state: 'detached' });
    await review.ready();
    assert.equal(await review.currentId(), first);
    assert.equal(await changed.getAttribute('data-changed'), painted);
  } finally {
    await app.close();
  }
});

test('filters with no match, wrong folders and missing pictures say what to do next', async (t) => {
  const project = await demoProject(t);
  const app = await openInBrowserHost(chromium, null);
  try {
    const { page } = app;
    const review = new ReviewPage(page);
    await page.getByLabel('Open a project folder').fill(join(dirname(project), 'nowhere'));
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    assert.equal(
      await page.getByLabel('Open a project folder').inputValue(),
      join(dirname(project), 'nowhere'),
      'what was typed can be mended',
    );

    await page.route('**/image/*', (route) => route.abort());
    await page.getByLabel('Open a project folder').fill(project);
    await page.keyboard.press('Enter');
    await page.getByText(/^The picture .* cannot be shown/).waitFor();
    await page.unroute('**/image/*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText(/^The picture .* cannot be shown/).waitFor({ state: 'detached' });
    await review.ready();

    await page.keyboard.press('/');
    await page.keyboard.type('no such question x d j');
    await page.getByText('No sample matches this filter.').waitFor();
    await page.getByRole('button', { name: 'Show all', exact: true }).click();
    await review.ready();
    assert.equal(await review.currentState(), 'pending', 'keys are inert in text fields');
  } finally {
    await app.close();
  }
});
