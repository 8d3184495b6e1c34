import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transact } from '../../../src-main/store/db.ts';
import { addRetry, countStillFailed, failuresByReason } from '../../../src-main/store/jobs/failures.ts';
import { itemDone, itemFailed, nextItems, planItems } from '../../../src-main/store/jobs/item.ts';
import {
  addJob,
  claimJob,
  finishJob,
  getJobRecord,
  moveToFront,
  requestCancel,
  setJobRun,
  unfinishedJobs,
  type Lease,
} from '../../../src-main/store/jobs/job.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import { ensureModel } from '../../../src-main/store/runs/model.ts';
import { ensurePreset } from '../../../src-main/store/runs/preset.ts';
import { ensureRun } from '../../../src-main/store/runs/run.ts';
import { testPreset, testProject } from '../../support/project.ts';

const SELF = { machine: 'm', pid: 1, started: 's' };

function claimed({ db }: Project, id: number): Lease {
  const lease = claimJob(db, id, SELF, () => false);
  assert.ok(lease);
  return lease;
}

function aRun({ db }: Project): number {
  return transact(db, () =>
    ensureRun(db, {
      modelId: ensureModel(db, { fingerprint: 'f', dir: '/m', name: 'm', family: 'llava' }),
      presetId: ensurePreset(db, testPreset),
      settings: {},
      answerMode: 'self',
    }),
  );
}

/** A job over samples 1 to `samples` on which those of `reasons` failed. */
function failedJob(project: Project, samples: number, reasons: Readonly<Record<number, string>>): number {
  const { db } = project;
  const id = addJob(db, 'label', null, { wish: 1 });
  const lease = claimed(project, id);
  setJobRun(db, lease, aRun(project));
  const all = Array.from({ length: samples }, (_, i) => i + 1);
  planItems(db, lease, all);
  for (const sample of all) {
    const reason = reasons[sample];
    if (reason === undefined) itemDone(db, lease, sample);
    else itemFailed(db, lease, sample, reason);
  }
  finishJob(db, lease, 'done', null);
  return id;
}

test('failures are told by kind: places, quotes and numbers make none of their own; the rest is counted where memory ends', async (t) => {
  const project = await testProject(t, 6);
  const id = failedJob(project, 6, {
    1: 'the picture is gone (/data/a (1).png). Put it back',
    2: 'the picture is gone (/data/b.png). Put it back',
    3: 'the engine died 3 times on this sample',
    5: 'the picture is gone (C:\\data\\c.png). Put it back',
    6: 'cannot read "x.png": 12 bytes',
  });
  const { kinds, failed, lookedAt } = failuresByReason(project.db, id, 2);
  assert.deepEqual([failed, lookedAt], [5, 5]);
  assert.deepEqual(
    kinds.map(({ reason, count, samples }) => [reason, count, samples.map((one) => one.externalId)]),
    [
      ['the picture is gone. Put it back', 3, ['q1', 'q2']],
      ['the engine died 3 times on this sample', 1, ['q3']],
      ['cannot read "x.png": 12 bytes', 1, ['q6']],
    ],
  );
  assert.equal(kinds[0]!.samples[0]!.reason, 'the picture is gone (/data/a (1).png). Put it back');
  const few = failuresByReason(project.db, id, 2, 2);
  assert.deepEqual([few.failed, few.lookedAt, few.kinds.map(({ count }) => count)], [5, 2, [2]]);
});

test('a retry has what failed and nothing else; what it took up is not offered twice, what it left is', async (t) => {
  const project = await testProject(t, 4);
  const { db } = project;
  const id = failedJob(project, 4, { 2: 'no', 3: 'no' });
  assert.equal(countStillFailed(db, id), 2);
  const retry = addRetry(db, id, { wish: 1 })!;
  assert.deepEqual(nextItems(db, retry, -1), [2, 3]);
  assert.deepEqual(
    [getJobRecord(db, retry).retryOf, getJobRecord(db, retry).type, getJobRecord(db, retry).params],
    [id, 'label', { wish: 1 }],
  );
  assert.equal(countStillFailed(db, id), 0);
  assert.equal(addRetry(db, id, {}), null);

  const lease = claimed(project, retry);
  itemFailed(db, lease, 2, 'again');
  finishJob(db, lease, 'cancelled', null);
  assert.equal(countStillFailed(db, id), 1, 'the one that was not tried');
  const second = addRetry(db, id, {})!;
  assert.deepEqual(nextItems(db, second, -1), [3]);
  assert.equal(countStillFailed(db, retry), 1, 'the one that failed again');
});

test('jobs have their turns as they were queued, but those moved to the front come first, the last moved before all', async (t) => {
  const { db } = await testProject(t, 1);
  const [a, b, c, d] = [1, 2, 3, 4].map(() => addJob(db, 'label', null, {}));
  const order = (): number[] => unfinishedJobs(db).map(({ id }) => id);
  assert.deepEqual(order(), [a, b, c, d]);
  moveToFront(db, c!);
  moveToFront(db, d!);
  assert.deepEqual(order(), [d, c, a, b]);
  requestCancel(db, d!);
  moveToFront(db, b!);
  assert.deepEqual(order(), [b, c, a]);
});
