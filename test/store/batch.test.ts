import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_FILTER } from '../../src-shared/contract/procedures.ts';
import { applyBatch, undoBatch } from '../../src-main/store/batch-apply.ts';
import {
  auditOf,
  dismissBatch,
  getBatch,
  judge,
  latestBatch,
  startBatch,
} from '../../src-main/store/batch.ts';
import { read, transact, type WritableDb } from '../../src-main/store/db.ts';
import { reviewHistory, submitReview } from '../../src-main/store/review.ts';
import { countSamples } from '../../src-main/store/sample-query.ts';
import { predict, testPrediction, testProject, testRun } from '../support/project.ts';

const hooks = { signal: new AbortController().signal, onProgress: () => undefined };
const wish = { filter: NO_FILTER, ids: null, target: 0.1, reviewer: 'ann' };
const count = (db: WritableDb, state: 'pending' | 'accepted'): number =>
  countSamples(db, { ...NO_FILTER, states: [state] });

function decide(
  db: WritableDb,
  sampleId: number,
  decision: 'reject' | 'accept',
  basedOn: number | null = null,
): void {
  submitReview(
    db,
    { sampleId, predictionId: null, decision, label: null, reviewer: 'ben', note: null },
    basedOn,
  );
}

test('a batch takes what is to review and kept, draws at random, and accepts only after a clean audit', async (t) => {
  const project = await testProject(t, 50);
  const { db } = project;
  const run = testRun(project);
  const area = { rule: 'area', value: 1, limit: 0.5 } as const;
  transact(db, () => {
    for (let id = 1; id <= 48; id++)
      predict(project, run, id, { ...testPrediction(), dropped: id > 45 ? area : null });
  });
  for (const id of [1, 2]) decide(db, id, 'reject');
  const { batch, leftOut } = startBatch(db, wish);
  assert.deepEqual(leftOut, { decided: 2, unlabelled: 2, dropped: 3 });
  assert.equal(batch.population, 43);
  assert.equal(batch.planned, 30);
  const drawn = auditOf(db, batch.id).map(({ sampleId }) => sampleId);
  assert.equal(new Set(drawn).size, 30);
  assert.ok(drawn.every((id) => id > 2 && id <= 45));
  const again = startBatch(db, wish).batch;
  assert.equal(getBatch(db, batch.id).state, 'dismissed');
  assert.notDeepEqual(
    auditOf(db, again.id).map(({ sampleId }) => sampleId),
    drawn,
  );

  await assert.rejects(applyBatch(db, again.id, 'ann', hooks), { code: 'bad_input' });
  const items = auditOf(db, again.id);
  transact(db, () => items.forEach(({ sampleId }) => judge(db, again.id, sampleId, 'right')));
  const wrongOne = judge(db, again.id, items[0].sampleId, 'wrong');
  assert.equal(wrongOne.passed, false, 'one wrong of 30 can be 15%');
  await assert.rejects(applyBatch(db, again.id, 'ann', hooks), { code: 'bad_input' });
  assert.equal(count(db, 'accepted'), 0);
  const clean = judge(db, again.id, items[0].sampleId, 'right');
  assert.ok(clean.passed && clean.wrongAtMost < 0.1);

  const done = await applyBatch(db, again.id, 'ann', hooks);
  assert.equal(done.state, 'applied');
  assert.equal(done.accepted, 43);
  assert.equal(count(db, 'accepted'), 43);
  assert.equal(countSamples(db, { ...NO_FILTER, batch: again.id }), 43);
  const history = reviewHistory(db, 10);
  assert.equal(history.length, 1);
  assert.equal(history[0].note, `batch ${again.id}: 0 wrong of 30 looked at, of 43`);
  assert.equal(reviewHistory(db, 46).length, 0, 'a dropped one is left alone');
});

test('what is decided or labelled again meanwhile is left alone; undoing spares what was decided since', async (t) => {
  const project = await testProject(t, 8);
  const { db } = project;
  const run = testRun(project);
  for (let id = 1; id <= 8; id++) predict(project, run, id);
  const { batch } = startBatch(db, { ...wish, ids: [1, 2, 3, 4, 5, 6] });
  assert.equal(batch.population, 6);
  transact(db, () => auditOf(db, batch.id).forEach(({ sampleId }) => judge(db, batch.id, sampleId, 'right')));
  decide(db, 2, 'reject');
  predict(project, run, 3, testPrediction(4));
  const done = await applyBatch(db, batch.id, 'ann', hooks);
  assert.deepEqual([done.accepted, done.changedMeanwhile], [4, 2]);
  assert.equal(reviewHistory(db, 2).length, 1);
  assert.equal(reviewHistory(db, 3).length, 0);

  const five = reviewHistory(db, 5)[0];
  decide(db, 5, 'reject', five.id);
  const undone = await undoBatch(db, batch.id, 'ann', hooks);
  assert.deepEqual([undone.state, undone.undone, undone.keptAsDecided], ['undone', 3, 1]);
  assert.equal(count(db, 'accepted'), 0);
  assert.deepEqual(
    reviewHistory(db, 1).map(({ decision, note }) => [decision, note]),
    [
      ['accept', `batch ${batch.id}: 0 wrong of 6 looked at, of 6`],
      ['reset', `undo of batch ${batch.id}`],
    ],
  );
  assert.equal(reviewHistory(db, 5).at(-1)?.decision, 'reject');
  assert.equal(latestBatch(db), null);
  await assert.rejects(undoBatch(db, batch.id, 'ann', hooks), { code: 'conflict' });
});

test('an interrupted batch goes on, and nothing is decided twice', async (t) => {
  const project = await testProject(t, 250);
  const { db } = project;
  const run = testRun(project);
  transact(db, () => {
    for (let id = 1; id <= 250; id++) predict(project, run, id);
  });
  const { batch } = startBatch(db, wish);
  transact(db, () => auditOf(db, batch.id).forEach(({ sampleId }) => judge(db, batch.id, sampleId, 'right')));
  const stop = new AbortController();
  await assert.rejects(
    applyBatch(db, batch.id, 'ann', { signal: stop.signal, onProgress: () => stop.abort() }),
  );
  const half = latestBatch(db)!;
  assert.equal(half.state, 'applying');
  assert.ok(half.accepted > 0 && half.accepted < 250);
  assert.equal((await applyBatch(db, batch.id, 'ann', hooks)).accepted, 250);
  assert.equal(read<{ n: number }>(db, 'SELECT COUNT(*) AS n FROM review').get()!.n, 250);
});

test('a batch of nothing is refused and leaves nothing behind', async (t) => {
  const project = await testProject(t, 3);
  assert.throws(() => startBatch(project.db, wish), { code: 'bad_input' });
  assert.equal(latestBatch(project.db), null);
  dismissBatch(project.db, 99);
});
