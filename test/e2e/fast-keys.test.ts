/**
 * Deciding as quickly as a person can: nothing is lost, doubled, or put on another sample than the one that was on
 * screen when the key came. What counts is what the store holds afterwards. How many keys a slow machine can show
 * samples for is speed, not behaviour (test/bench/ui measures it): a key that came too soon may be refused, but only
 * with a notice, and then it decides nothing.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decode } from '@msgpack/msgpack';
import { z } from 'zod';
import { NO_FILTER } from '../../src-shared/contract/procedures.ts';
import { reviewHistory } from '../../src-main/store/reviews/review.ts';
import { listSamples } from '../../src-main/store/samples/query.ts';
import { openProject } from '../../src-main/store/file/project.ts';
import { makeLargeProject } from '../bench/ui/large-project.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import type { HostedPage } from './support/hosted-page.ts';
import { ReviewPage } from './support/review-page.ts';

/** What the page asks the main side for a sample with. */
const callSchema = z.object({ name: z.literal('samples.get'), input: z.object({ id: z.number() }) });

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

test('going on asks for every sample once: what was fetched ahead is there when it is shown', async (t) => {
  const project = join(temporaryDir(t), 'project');
  await makeLargeProject(project, 60);
  const app = await openInBrowserHost(chromium, project);
  try {
    const { page } = app;
    const asked: number[] = [];
    page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => {
        const call = callSchema.safeParse(decode(Buffer.from(payload as Buffer)));
        if (call.success) asked.push(call.data.input.id);
      }),
    );
    await page.reload();
    const review = new ReviewPage(page);
    await review.ready();
    for (let n = 0; n < 30; n++) await review.pressAndMove('j');
    const twice = asked.filter((id, i) => asked.indexOf(id) < i);
    assert.deepEqual(twice, [], 'asked for again');
    assert.ok(asked.length > 30, `${asked.length} asked for`);
  } finally {
    await app.close();
  }
});

test('thirty decisions by keyboard alone, each as soon as its sample is there: all stored, once, in order', async (t) => {
  const project = join(temporaryDir(t), 'project');
  await makeLargeProject(project, 40);
  const app = await openInBrowserHost(chromium, project);
  // Most as predicted, some rejected, some corrected first: what a reviewer does in half a minute.
  const made = Array.from({ length: 30 }, (_, n) =>
    n % 7 === 3 ? 'correct' : n % 4 === 1 ? 'reject' : 'accept',
  );
  try {
    const { page, complaints } = app;
    const review = new ReviewPage(page);
    await review.ready();
    const start = performance.now();
    for (const decision of made) {
      if (decision === 'correct') {
        await page.keyboard.press('.');
        await page.locator('[data-current-state=corrected]').waitFor();
      }
      await review.pressAndMove(decision === 'reject' ? 'x' : 'Enter');
    }
    const seconds = (performance.now() - start) / 1000;
    await review.saved();
    t.diagnostic(`${((60 * made.length) / seconds).toFixed(0)} decisions a minute`);
    assert.equal(await page.getByText('press the key again').count(), 0);
    assert.deepEqual(complaints, []);
  } finally {
    await app.close();
  }
  const shown = firstSamples(project, made.length);
  assert.deepEqual(
    stored(project),
    made.map((decision, n) => `${shown[n]} ${decision}`),
  );
  assert.deepEqual(inOrderOfSaving(project), shown, 'saved in the order they were made');
});

test('forty keys at ten a second: the store holds one decision per key taken, in order, on the samples shown', async (t) => {
  const project = join(temporaryDir(t), 'project');
  await makeLargeProject(project, 90);
  const app = await openInBrowserHost(chromium, project);
  const keys = Array.from({ length: 40 }, (_, n) => (n % 3 === 1 ? 'x' : 'Enter'));
  let refused = false;
  try {
    refused = await decide(app, keys, 100);
  } finally {
    await app.close();
  }
  assertTaken(project, keys, refused);
});

test('twenty keys as quick as they come are taken once each or refused with a notice', async (t) => {
  const project = join(temporaryDir(t), 'project');
  await makeLargeProject(project, 40);
  const app = await openInBrowserHost(chromium, project);
  const keys = Array.from({ length: 20 }, (_, n) => (n % 2 ? 'x' : 'Enter'));
  let refused = false;
  try {
    const pictures = new Set<string>();
    app.page.on('requestfinished', (request) => {
      void request.response().then((response) => {
        if (response?.headers()['content-type']?.startsWith('image/jpeg')) pictures.add(request.url());
      });
    });
    await app.page.reload();
    for (let waited = 0; pictures.size < 21 && waited < 20_000; waited += 50)
      await app.page.waitForTimeout(50);
    assert.equal(pictures.size, 21, 'the first sample and twenty after it are fetched without a key');
    refused = await decide(app, keys, 0);
  } finally {
    await app.close();
  }
  assertTaken(project, keys, refused);
});

/** Presses the keys and waits until all that came of them is saved. @returns whether the page refused a key, and said so */
async function decide(
  { page, complaints }: HostedPage,
  keys: readonly string[],
  pauseMs: number,
): Promise<boolean> {
  const review = new ReviewPage(page);
  await review.ready();
  let refused = false;
  for (const key of keys) {
    await page.keyboard.press(key);
    await page.waitForTimeout(pauseMs);
    refused ||= (await page.getByText('press the key again').count()) > 0;
  }
  await review.saved();
  refused ||= (await page.getByText('press the key again').count()) > 0;
  assert.deepEqual(complaints, []);
  return refused;
}

/** The samples decided are the first ones of the queue, once each; their decisions are the keys' in order, less refused ones. */
function assertTaken(path: string, keys: readonly string[], refused: boolean): void {
  const found = stored(path);
  const decisions = found.map((line) => line.split(' ')[1]);
  const wanted: string[] = keys.map((key) => (key === 'x' ? 'reject' : 'accept'));
  assert.deepEqual(
    found.map((line) => Number(line.split(' ')[0])),
    firstSamples(path, found.length),
  );
  let at = 0;
  for (const decision of decisions) {
    at = wanted.indexOf(decision, at) + 1;
    assert.ok(at > 0, 'a decision that no key asked for');
  }
  assert.ok(found.length > 0 && found.length <= keys.length);
  if (!refused) assert.deepEqual(decisions, wanted);
}

/** Every revision in the project, as `sample decision`, in the order of the queue. */
function stored(path: string): string[] {
  const project = openProject(path);
  try {
    return listSamples(project.db, NO_FILTER, 0, 1000).flatMap(({ id }) =>
      reviewHistory(project.db, id).map(({ decision }) => `${id} ${decision}`),
    );
  } finally {
    project.close();
  }
}

/** The samples decided, in the order in which their revisions were stored. */
function inOrderOfSaving(path: string): number[] {
  const project = openProject(path);
  try {
    return listSamples(project.db, NO_FILTER, 0, 1000)
      .flatMap(({ id }) => reviewHistory(project.db, id).map((review) => ({ sample: id, review: review.id })))
      .sort((a, b) => a.review - b.review)
      .map(({ sample }) => sample);
  } finally {
    project.close();
  }
}

/** Ids of the first `count` samples of the queue. */
function firstSamples(path: string, count: number): number[] {
  const project = openProject(path);
  try {
    return listSamples(project.db, NO_FILTER, 0, Math.max(1, count))
      .slice(0, count)
      .map(({ id }) => id);
  } finally {
    project.close();
  }
}
