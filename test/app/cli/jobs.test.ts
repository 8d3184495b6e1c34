/** `fovea jobs`: a project's jobs, and how a shared queue stands. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { addLabelJob } from '../../../src-main/jobs/label/label.ts';
import { itemDone, itemFailed, planItems } from '../../../src-main/store/jobs/item.ts';
import { claimJob, finishJob, getJobRecord } from '../../../src-main/store/jobs/job.ts';
import { sharedWorkSchema } from '../../../src-shared/contract/procedures.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { featureProject } from '../../support/feature-project.ts';
import { startPostgres, whyNoPostgres } from '../../support/postgres.ts';
import { connected, host, paramsOf, worker } from '../../support/shared-run.ts';
import { fovea, foveaJson } from './run-cli.ts';

const statusSchema = z.object({
  jobs: z.array(z.object({ type: z.string(), state: z.string(), total: z.number() })).optional(),
  queue: z.object({
    runs: z.array(
      z.object({
        key: z.string(),
        answered: z.number(),
        samples: z.number(),
        chunks: z.object({ waiting: z.number(), active: z.number() }),
        results: z.object({ failed: z.number() }),
      }),
    ),
    workers: z.array(z.object({ done: z.number(), here: z.boolean(), note: z.string().nullable() })),
  }),
});

const stepSchema = z.object({
  job: z.object({
    id: z.number(),
    state: z.string(),
    asked: z.string().nullable(),
    turn: z.number().nullable(),
  }),
});

test('fovea jobs without project and queue, or with a run that is not there, says what it needs', async () => {
  const bare = await fovea(['jobs']);
  assert.equal(bare.code, 2);
  assert.match(bare.stderr, /needs a project, --queue, or both/);
  assert.equal((await fovea(['jobs', '--remove', 'x'])).code, 2);
  const nowhere = await fovea(['jobs', '--queue', 'postgres://me:secret@127.0.0.1:9/none']);
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.stderr, /does not answer.*127\.0\.0\.1:9/);
  assert.doesNotMatch(nowhere.stderr, /secret/);
});

test('fovea jobs pauses, moves to the front, tries again and shows what failed, in words and as JSON', async (t) => {
  const { project, dir } = await featureProject(t);
  const [a, b] = [paramsOf(dir), paramsOf(dir, { limit: 1 })].map((params) => addLabelJob(project, params));
  const ask = async (step: string, id: number) =>
    stepSchema.parse((await foveaJson(['jobs', step, project.path, String(id)])).json).job;
  assert.deepEqual(await ask('pause', a!), { id: a, state: 'queued', asked: 'pause', turn: null });
  assert.deepEqual(await ask('resume', a!), { id: a, state: 'queued', asked: null, turn: 1 });
  assert.deepEqual(await ask('first', b!), { id: b, state: 'queued', asked: null, turn: 1 });
  assert.match(
    (await fovea(['jobs', project.path])).stdout,
    /^job 2 {2}label {2}waiting .*\njob 1 .*1 before it/,
  );
  assert.deepEqual((await ask('first', b!)).turn, 1, 'it is the first already');
  assert.equal((await ask('cancel', b!)).state, 'cancelled');
  const refused = await fovea(['jobs', 'first', project.path, String(b)]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /job 2 does not wait behind another one: it is cancelled/);
  assert.match((await fovea(['jobs', 'pause', project.path, 'x'])).stderr, /must be a whole number/);

  const lease = claimJob(project.db, a!, { machine: 'm', pid: 1, started: 's' }, () => false)!;
  planItems(project.db, lease, [1, 2]);
  itemDone(project.db, lease, 1);
  itemFailed(project.db, lease, 2, 'the picture is not there (/data/2.png). Put it back');
  finishJob(project.db, lease, 'done', null);
  const shown = await fovea(['jobs', 'show', project.path, String(a)]);
  assert.match(shown.stdout, /1 failed.*\n {2}1 sample: the picture is not there\. Put it back\n {4}two/);
  assert.deepEqual(await ask('retry', a!), { id: 3, state: 'queued', asked: null, turn: 1 });
  assert.match((await fovea(['jobs', project.path])).stdout, /job 3 .*tries again what failed in job 1/);
  assert.equal((await fovea(['jobs', 'retry', project.path, String(a)])).code, 1);
});

test(
  'fovea jobs shows what is done and left, who works on it, what a worker refuses, and takes a run out',
  { skip: whyNoPostgres() ?? false },
  async (t) => {
    const postgres = await startPostgres();
    t.after(() => postgres.stop());
    const queue = await connected(t, postgres.url);
    const { project, dir } = await featureProject(t);
    const stopping = new AbortController();
    const stopped = host(queue, project, paramsOf(dir), { signal: stopping.signal });
    let asked = 0;
    const engine = fakeEngine(async (_request, signal) => {
      if (++asked > 2) await once(signal!, 'abort');
    });
    const working = worker(t, queue, dir, { engine, idleMs: null });
    const refusing = worker(t, queue, dir, { version: 'another', idleMs: null });
    const args = ['jobs', project.path, '--queue', postgres.url];
    const status = async () => statusSchema.parse((await foveaJson(args)).json);
    let now = await status();
    for (let waited = 0; waited < 20_000 && (now.queue.runs[0]?.answered ?? 0) < 2; waited += 100) {
      await delay(100);
      now = await status();
    }
    const [run] = now.queue.runs;
    assert.deepEqual([run?.answered, run?.samples, run?.results.failed], [2, 4, 0]);
    assert.equal((run?.chunks.waiting ?? 0) + (run?.chunks.active ?? 0), 2);
    assert.equal(now.jobs?.[0]?.state, 'running');
    // Whoever has the project alone sees the workers too, and no address.
    let seen = sharedWorkSchema.safeParse(getJobRecord(project.db, 1).workers);
    for (
      let waited = 0;
      waited < 20_000 && !seen.data?.workers.some((one) => one.note !== null);
      waited += 100
    ) {
      await delay(100);
      seen = sharedWorkSchema.safeParse(getJobRecord(project.db, 1).workers);
    }
    assert.equal(seen.data?.workers.length, 2);
    assert.ok((seen.data?.chunks.waiting ?? 0) + (seen.data?.chunks.active ?? 0) >= 2);
    assert.doesNotMatch(JSON.stringify(seen.data), /postgres|token/);
    const { stdout } = await fovea(args);
    assert.match(stdout, /queue: 1 run, 2 workers/);
    assert.match(stdout, /2 of 4 samples/);
    assert.match(stdout, /its host is there/);
    assert.match(stdout, /refuses a run: the run was made by Fovea test, this is another/);
    assert.doesNotMatch(JSON.stringify(now), /token/);

    stopping.abort();
    await stopped;
    working.stop();
    refusing.stop();
    await refusing.report;
    assert.equal((await fovea([...args, '--remove', 'nothing'])).code, 1);
    const removed = await fovea([...args, '--remove', run!.key]);
    assert.equal(removed.code, 0, removed.stderr);
    assert.match(removed.stdout, /queue: 0 runs/);
  },
);
