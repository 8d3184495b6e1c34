/** Batches in their thread: progress, cancelling, and the death of the whole process at any moment. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { runBatch } from '../../../src-main/jobs/batches/run-batch.ts';
import { auditOf, getBatch, judge, startBatch } from '../../../src-main/store/batches/batch.ts';
import { read, transact } from '../../../src-main/store/db.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { predict, testProject, testRun } from '../../support/project.ts';
import { seededRandom } from '../../support/random.ts';

const SAMPLES = 2200;
const CHILD = join(import.meta.dirname, '../../support/batch-child.ts');
const never = new AbortController().signal;

/** A project with an audited batch of all its samples. */
async function audited(t: TestContext): Promise<{ project: Project; id: number }> {
  const project = await testProject(t, SAMPLES);
  const { db } = project;
  const run = testRun(project);
  transact(db, () => {
    for (let id = 1; id <= SAMPLES; id++) predict(project, run, id);
  });
  const scope = { decision: 'accept', filter: NO_FILTER, ids: null, except: [] } as const;
  const { batch } = startBatch(db, { ...scope, target: 0.1, reviewer: 'ann' });
  transact(db, () => auditOf(db, batch.id).forEach(({ sampleId }) => judge(db, batch.id, sampleId, 'right')));
  return { project, id: batch.id };
}

function stored({ db }: Project): { accepted: number; revisions: number } {
  return read<{ accepted: number; revisions: number }>(
    db,
    `SELECT (SELECT COUNT(*) FROM sample_state WHERE state = 'accepted') AS accepted,
       (SELECT COUNT(*) FROM review) AS revisions`,
  ).get()!;
}

test('a batch runs beside reading, tells how far it is, and can be cancelled and undone', async (t) => {
  const { project, id } = await audited(t);
  const task = { projectPath: project.path, id, reviewer: 'ann', reason: null };
  const stop = new AbortController();
  const cancelled = runBatch(
    { ...task, action: 'apply' },
    { signal: stop.signal, onProgress: () => stop.abort() },
  );
  await assert.rejects(cancelled, { code: 'cancelled' });
  assert.deepEqual(stored(project), { accepted: 0, revisions: 0 });

  const steps: number[] = [];
  const seen: number[] = [];
  const done = await runBatch(
    { ...task, action: 'apply' },
    {
      signal: never,
      onProgress: (step, total) => {
        steps.push(step / total);
        seen.push(stored(project).accepted);
      },
    },
  );
  assert.equal(done.decided, SAMPLES);
  assert.deepEqual(steps, [1000 / SAMPLES, 2000 / SAMPLES, 1]);
  assert.ok(
    seen.every((accepted) => accepted === 0 || accepted === SAMPLES),
    'nobody sees half of it',
  );
  await assert.rejects(
    runBatch({ ...task, action: 'apply' }, { signal: never, onProgress: () => undefined }),
    {
      code: 'conflict',
    },
  );
  const review = {
    predictionId: null,
    decision: 'reject',
    label: null,
    reviewer: 'ben',
    note: null,
  } as const;
  submitReview(project.db, { ...review, sampleId: 7 }, undefined);
  const undone = await runBatch({ ...task, action: 'undo' }, { signal: never, onProgress: () => undefined });
  assert.deepEqual([undone.undone, undone.keptAsDecided], [SAMPLES - 1, 1]);
});

test('killed at any moment, a batch is there whole or not at all', async (t) => {
  const seed = 20261123;
  t.diagnostic(`seed ${seed}`);
  const random = seededRandom(seed);
  const { project, id } = await audited(t);
  let revisions = 0;
  let action: 'apply' | 'undo' = 'apply';
  for (let round = 0; round < 6; round++) {
    const child = spawn(process.execPath, [CHILD, project.path, action, String(id)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exit = once(child, 'exit');
    const lines = createInterface({ input: child.stdout });
    const until = 1 + Math.floor(random() * 4);
    let heard = 0;
    for await (const line of lines) if (line === 'finished' || ++heard >= until) break;
    await delay(random() * 40);
    child.kill('SIGKILL');
    await exit;
    const after = stored(project);
    const { state } = getBatch(project.db, id);
    if (state === (action === 'apply' ? 'applied' : 'undone')) {
      revisions += SAMPLES;
      assert.deepEqual(after, { accepted: action === 'apply' ? SAMPLES : 0, revisions });
      if (action === 'undo') return;
      action = 'undo';
    } else {
      assert.equal(state, action === 'apply' ? 'auditing' : 'applied');
      assert.deepEqual(after, { accepted: action === 'apply' ? 0 : SAMPLES, revisions });
    }
  }
});
