/**
 * Deciding as quickly as a person can: nothing is lost, doubled, or put on another sample than the one that was on
 * screen when the key came. What counts is what the store holds afterwards.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { SampleFilter } from '../../src-shared/contract/procedures.ts';
import { reviewHistory } from '../../src-main/store/review.ts';
import { listSamples } from '../../src-main/store/sample-query.ts';
import { openProject } from '../../src-main/store/project.ts';
import { makeLargeProject } from '../bench/ui/large-project.ts';
import { temporaryDir } from '../support/project.ts';
import { openInBrowserHost } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import type { HostedPage } from './support/hosted-page.ts';
import { ReviewPage } from './support/review-page.ts';

const EVERYTHING: SampleFilter = { states: [], dropped: 'any', languages: [], splits: [], text: '' };

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

test('sixty decisions at ten keys a second are exactly the sixty that the store holds', async (t) => {
  const project = join(temporaryDir(t), 'project');
  await makeLargeProject(project, 130);
  const app = await openInBrowserHost(chromium, project);
  const keys = Array.from({ length: 60 }, (_, n) => (n % 3 === 1 ? 'x' : 'Enter'));
  try {
    await decide(app, keys, 100);
  } finally {
    await app.close();
  }
  assert.deepEqual(stored(project), expected(project, keys));
});

test('twenty keys as quick as they come decide the twenty samples that were fetched ahead', async (t) => {
  const project = join(temporaryDir(t), 'project');
  await makeLargeProject(project, 40);
  const app = await openInBrowserHost(chromium, project);
  const keys = Array.from({ length: 20 }, (_, n) => (n % 2 ? 'x' : 'Enter'));
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
    await app.page.waitForTimeout(1000);
    await decide(app, keys, 0);
  } finally {
    await app.close();
  }
  assert.deepEqual(stored(project), expected(project, keys));
});

/** Presses the keys and waits until all that came of them is saved. */
async function decide(
  { page, complaints }: HostedPage,
  keys: readonly string[],
  pauseMs: number,
): Promise<void> {
  const review = new ReviewPage(page);
  await review.ready();
  for (const key of keys) {
    await page.keyboard.press(key);
    await page.waitForTimeout(pauseMs);
  }
  await review.saved();
  assert.equal(await page.getByText('that key was not taken').count(), 0);
  assert.deepEqual(complaints, []);
}

/** Every revision in the project, as `sample decision`, in the order of the queue. */
function stored(path: string): string[] {
  const project = openProject(path);
  try {
    return listSamples(project.db, EVERYTHING, 0, 1000).flatMap(({ id }) =>
      reviewHistory(project.db, id).map(({ decision }) => `${id} ${decision}`),
    );
  } finally {
    project.close();
  }
}

/** One decision per key, from the first sample on. */
function expected(path: string, keys: readonly string[]): string[] {
  const project = openProject(path);
  try {
    const rows = listSamples(project.db, EVERYTHING, 0, keys.length);
    return rows.map(({ id }, n) => `${id} ${keys[n] === 'x' ? 'reject' : 'accept'}`);
  } finally {
    project.close();
  }
}
