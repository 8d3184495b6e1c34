/** The Jobs page with the real engine: rest and go on, who waits behind whom, what failed and trying that again. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { renameSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { labelParamsOfJobSchema } from '../../src-main/jobs/label/run.ts';
import { addLabelJob } from '../../src-main/jobs/label/label.ts';
import { openProject } from '../../src-main/store/file/project.ts';
import {
  addJob,
  askJob,
  claimJob,
  getJobRecord,
  listJobs,
  noteWorkers,
  releaseJob,
} from '../../src-main/store/jobs/job.ts';
import type { SharedWork } from '../../src-shared/contract/procedures.ts';
import { read, write } from '../../src-main/store/db.ts';
import { fovea, foveaJson } from '../app/cli/run-cli.ts';
import { violations } from './support/axe.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { smallDemoProject } from './support/demo-project.ts';
import { hostInTurn } from './support/hosts.ts';
import { ReviewPage } from './support/review-page.ts';

const LONG_MS = 120_000;
const shots = process.env.FOVEA_TEST_SHOTS;

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

/** Both themes pass axe, and may be looked at. */
async function look(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
    assert.deepEqual(await violations(page), [], `${name}, ${colorScheme}`);
    if (!shots) continue;
    const before = page.viewportSize();
    for (const [width, height] of [
      [1280, 720],
      [2560, 1440],
      [3840, 2160],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.screenshot({ path: join(shots, `${name}-${colorScheme}-${width}.png`) });
    }
    if (before) await page.setViewportSize(before);
  }
}

interface Prepared {
  readonly path: string;
  /** Three label jobs that rest: all samples with given answers, and two small ones. */
  readonly jobs: readonly [number, number, number];
  /** The samples on the picture of the first one, by number. */
  readonly failing: readonly number[];
  /** That picture is away from now on, and back again. */
  readonly away: () => void;
  readonly back: () => void;
}

async function prepared(t: TestContext): Promise<Prepared> {
  const path = await smallDemoProject(t, 12);
  process.env.FOVEA_HOME = dirname(path);
  const project = openProject(path);
  try {
    const { db } = project;
    const made = labelParamsOfJobSchema.parse(getJobRecord(db, listJobs(db, 1)[0]!.id).params);
    const params = { ...made, scope: null, limit: null, answerMode: 'teacher' } as const;
    const small = (id: string, tokens: number) => ({
      ...params,
      limit: 2,
      preset: { ...params.preset, id, name: id, maxNewTokens: tokens },
    });
    const jobs = [params, small('short', 4), small('shorter', 3)].map((one) => {
      const id = addLabelJob(project, one);
      askJob(db, id, 'pause');
      return id;
    });
    const rows = read<{ id: number; path: string; root: string }>(
      db,
      `SELECT s.id, i.path, r.path AS root FROM sample s JOIN image i ON i.id = s.image_id JOIN root r ON r.id = i.root_id
       WHERE s.image_id = (SELECT image_id FROM sample ORDER BY id LIMIT 1) ORDER BY s.id`,
    ).all();
    const { path: name, root } = rows[0]!;
    const file = resolve(path, root, name);
    return {
      path,
      jobs: [jobs[0]!, jobs[1]!, jobs[2]!],
      failing: rows.map(({ id }) => id),
      away: () => renameSync(file, `${file}.away`),
      back: () => renameSync(`${file}.away`, file),
    };
  } finally {
    project.close();
  }
}

/** As a host leaves it that was stopped: with what it saw of the workers. */
function addSharedJob(path: string, like: number): number {
  const { db, close } = openProject(path);
  try {
    const params = labelParamsOfJobSchema.parse(getJobRecord(db, like).params);
    const id = addJob(db, 'label', null, { ...params, shared: { key: randomUUID() } });
    const lease = claimJob(db, id, { machine: 'm', pid: 1, started: 's' }, () => false);
    assert.ok(lease);
    const idle = { done: 0, failed: 0, rate: null, atWork: false, here: true, device: null };
    const seen: SharedWork = {
      at: new Date().toISOString(),
      chunks: { waiting: 3, active: 1, retried: 0 },
      workers: [
        {
          ...idle,
          name: 'box-1 41',
          device: 'cpu',
          done: 120,
          rate: 2.5,
          silentSeconds: 3,
          atWork: true,
          note: null,
        },
        { ...idle, name: 'box-2 7', silentSeconds: 1, note: 'the run was made by another Fovea' },
      ],
    };
    noteWorkers(db, lease, seen);
    releaseJob(db, lease);
    return id;
  } finally {
    close();
  }
}

/** Stops and continues the engine of the app that this test started: a job that takes as long as one likes. */
function signalEngine(signal: 'SIGSTOP' | 'SIGCONT'): void {
  const all = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, pid, parent, args] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), args: args! }];
    });
  const isMine = (pid: number): boolean => {
    for (let at = all.find((one) => one.pid === pid); at; at = all.find((one) => one.pid === at!.parent)) {
      if (at.parent === process.pid) return true;
    }
    return false;
  };
  const engines = all.filter(({ pid, args }) => /engine(\/host\.ts|\.mjs)/.test(args) && isMine(pid));
  assert.ok(engines.length > 0, 'no engine is running');
  for (const { pid } of engines) process.kill(pid, signal);
}

const row = (page: Page, id: number) => page.locator(`[data-job="${id}"]`);
const detail = (page: Page, id: number) => page.getByRole('article', { name: `Job ${id}`, exact: true });
const step = (page: Page, words: string) =>
  page.getByRole('group', { name: /^What to do with job/ }).getByRole('button', { name: words, exact: true });
const standing = (page: Page, words: string | RegExp) =>
  page.getByTestId('job-standing').getByText(words).waitFor({ timeout: LONG_MS });

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: jobs rest and go on, one comes before another, failures are looked at and tried again`, async (t) => {
    const { path, jobs, failing, away, back } = await prepared(t);
    const [long, second, third] = jobs;
    away();
    const app = await open(chromium, path);
    try {
      const { page } = app;
      await new ReviewPage(page).ready();
      await page.keyboard.press('Alt+j');
      // The newest first; the keyboard goes along the rows.
      await row(page, third).click();
      await detail(page, third).getByText('Paused').waitFor();
      await page.keyboard.press('End');
      await page.locator('[data-job][aria-current=true]:focus').getByText('Labelling').waitFor();
      await page.keyboard.press('Home');
      await page.locator(`[data-job="${third}"][aria-current=true]:focus`).waitFor();

      await row(page, long).click();
      await step(page, 'Continue').click();
      await standing(page, 'Running');
      await step(page, 'Pause').click();
      await standing(page, 'Paused');
      await step(page, 'Continue').click();
      await standing(page, 'Running');
      await page
        .getByTestId('job-counts')
        .getByText(/ of 12 samples/)
        .waitFor({ timeout: LONG_MS });
      signalEngine('SIGSTOP');
      try {
        for (const id of [second, third]) {
          await row(page, id).click();
          await step(page, 'Continue').click();
          await detail(page, id)
            .getByTestId('job-standing')
            .getByText(/^Waiting/)
            .waitFor();
        }
        await standing(page, 'Waiting, 1 before it');
        await look(page, 'jobs-waiting');
        await step(page, 'Move to front').click();
        await standing(page, /^Waiting$/);
        await row(page, second).getByText('Waiting, 1 before it').waitFor();
        // The command line says the same, and what it asks shows here.
        const { json } = await foveaJson(['jobs', path]);
        assert.partialDeepStrictEqual(json, {
          jobs: [
            { id: third, turn: 1 },
            { id: second, turn: 2 },
          ],
        });
        assert.equal((await fovea(['jobs', 'first', path, String(second)])).code, 0);
        await row(page, third).getByText('Waiting, 1 before it').waitFor();
        await row(page, second).click();
        await step(page, 'Cancel').click();
        await standing(page, 'Cancelled');
      } finally {
        signalEngine('SIGCONT');
      }

      await row(page, third).click();
      await standing(page, /^Done/);
      await row(page, long).click();
      await standing(page, `Done, ${failing.length} failed`);
      const what = page.getByRole('region', { name: 'What failed' });
      const named = what.locator('[data-failed]');
      await named.first().waitFor();
      assert.deepEqual(
        await named.evaluateAll((all) => all.map((one) => Number(one.getAttribute('data-failed')))),
        failing,
      );
      await look(page, 'jobs-failed');
      await named.first().click();
      await page.getByRole('tab', { name: 'Review', selected: true }).waitFor();
      await page.locator(`[data-sample="${failing[0]}"][aria-current=true]`).waitFor();

      back();
      await page.keyboard.press('Alt+j');
      await step(page, `Try the ${failing.length} failed again`).click();
      await page.getByText(`Retries the failures of job ${long}`).waitFor();
      await standing(page, /^Done$/);
      await page
        .getByTestId('job-counts')
        .getByText(`${failing.length} of ${failing.length} sample`)
        .waitFor();
      await page.getByRole('button', { name: `job ${long}`, exact: true }).click();
      await page.getByText('All of these have been labelled since').waitFor();
      assert.equal(await page.getByRole('button', { name: /^Try the/ }).count(), 0);
      // The picture that was away was asked for.
      assert.deepEqual(
        app.complaints.filter((words) => !/404/.test(words)),
        [],
      );
    } finally {
      await app.close();
    }
  });
}

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: workers of a shared queue are shown as their host noted them; a project that cannot be written, and one without jobs, say so`, async (t) => {
    const { path, jobs } = await prepared(t);
    const shared = addSharedJob(path, jobs[0]);
    execFileSync('chmod', ['-R', 'a-w', path]);
    const app = await open(chromium, path);
    try {
      const { page } = app;
      await new ReviewPage(page).ready();
      await page.keyboard.press('Alt+j');
      await page.getByText('Read-only: you can look at jobs').waitFor();
      await page.locator('[data-job]').first().waitFor();
      assert.equal(await step(page, 'Continue').count(), 0);
      // Of the header's job, neither.
      assert.equal(await page.getByRole('button', { name: 'Cancel' }).count(), 0);
      await look(page, 'jobs-read-only');
      await row(page, shared).click();
      await standing(page, 'Waiting for its host');
      const workers = page.getByRole('region', { name: 'Workers' });
      await workers.getByText('3 chunks waiting, 1 with workers').waitFor();
      await workers.getByRole('row', { name: /^box-1 41 cpu Labels 120 0 2\.5 \/s 3 s earlier$/ }).waitFor();
      await workers.getByRole('row', { name: /^box-2 7 .*The run was made by another Fovea/ }).waitFor();
      await workers.getByText('Nobody is writing their results into the project').waitFor();
      await look(page, 'jobs-workers');
    } finally {
      await app.close();
      execFileSync('chmod', ['-R', 'u+w', path]);
    }
    const { db, close } = openProject(path);
    write(db, 'DELETE FROM job_item').run();
    write(db, 'DELETE FROM job').run();
    close();
    const empty = await open(chromium, path);
    try {
      await new ReviewPage(empty.page).ready();
      await empty.page.getByRole('tab', { name: 'Jobs' }).click();
      await empty.page.getByRole('region', { name: 'No jobs yet' }).waitFor();
      await look(empty.page, 'jobs-none');
    } finally {
      await empty.close();
    }
  });
}
