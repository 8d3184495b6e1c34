/** `fovea jobs`: a project's jobs, and how a shared queue stands. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
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
