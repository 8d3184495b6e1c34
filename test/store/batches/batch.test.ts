import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { applyBatch, undoBatch } from '../../../src-main/store/batches/apply.ts';
import {
  auditOf,
  countBatch,
  dismissBatch,
  getBatch,
  judge,
  listBatches,
  startBatch,
} from '../../../src-main/store/batches/batch.ts';
import { read, transact, type WritableDb } from '../../../src-main/store/db.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import { reviewHistory, submitReview } from '../../../src-main/store/reviews/review.ts';
import { refreshAllSampleStates } from '../../../src-main/store/samples/state.ts';
import { countSamples } from '../../../src-main/store/samples/query.ts';
import { predict, testPrediction, testProject, testRun } from '../../support/project.ts';
import { seededRandom } from '../../support/random.ts';

const hooks = { stopped: () => false, onProgress: () => undefined };
const wish = {
  decision: 'accept',
  filter: NO_FILTER,
  ids: null,
  except: [],
  target: 0.1,
  reviewer: 'ann',
} as const;
const count = (db: WritableDb, state: 'pending' | 'accepted' | 'rejected'): number =>
  countSamples(db, { ...NO_FILTER, states: [state] });

function decide(
  db: WritableDb,
  sampleId: number,
  decision: 'reject' | 'accept' | 'reset',
  basedOn: number | null | 'any' = null,
  note: string | null = null,
): void {
  submitReview(
    db,
    { sampleId, predictionId: null, decision, label: null, reviewer: 'ben', note },
    basedOn === 'any' ? undefined : basedOn,
  );
}

function judgeAll(db: WritableDb, id: number): void {
  transact(db, () => auditOf(db, id).forEach(({ sampleId }) => judge(db, id, sampleId, 'right')));
}

/** All that is derived, but ids and times of revisions. */
function states(db: WritableDb): unknown[] {
  return read(db, 'SELECT * FROM sample_state ORDER BY sample_id').all();
}

async function labelled(t: Parameters<typeof testProject>[0], samples: number): Promise<Project> {
  const project = await testProject(t, samples);
  const run = testRun(project);
  transact(project.db, () => {
    for (let id = 1; id <= samples; id++) predict(project, run, id);
  });
  return project;
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
  assert.deepEqual(countBatch(db, wish), {
    population: 43,
    leftOut: { decided: 2, unlabelled: 2, dropped: 3, unseen: 0 },
  });
  assert.deepEqual(countBatch(db, { ...wish, decision: 'reject', except: [3, 4] }), {
    population: 44,
    leftOut: { decided: 2, unlabelled: 2, dropped: 0, unseen: 0 },
  });
  const { batch, leftOut } = startBatch(db, wish);
  assert.deepEqual(leftOut, { decided: 2, unlabelled: 2, dropped: 3, unseen: 0 });
  assert.equal(batch.population, 43);
  assert.equal(batch.planned, 30);
  const drawn = auditOf(db, batch.id).map(({ sampleId }) => sampleId);
  assert.equal(new Set(drawn).size, 30);
  assert.ok(drawn.every((id) => id > 2 && id <= 45));
  assert.equal(countSamples(db, { ...NO_FILTER, batch: batch.id }), 43, 'the audit’s samples can be listed');
  const again = startBatch(db, wish).batch;
  assert.equal(getBatch(db, batch.id).state, 'dismissed');
  assert.notDeepEqual(
    auditOf(db, again.id).map(({ sampleId }) => sampleId),
    drawn,
  );

  assert.throws(() => applyBatch(db, again.id, 'ann', hooks), { code: 'bad_input' });
  judgeAll(db, again.id);
  const [first] = auditOf(db, again.id);
  const wrongOne = judge(db, again.id, first!.sampleId, 'wrong');
  assert.deepEqual([wrongOne.passed, wrongOne.refused], [false, true], 'one wrong of 30 can be 15%');
  assert.throws(() => applyBatch(db, again.id, 'ann', hooks), { code: 'bad_input' });
  assert.equal(count(db, 'accepted'), 0);
  const clean = judge(db, again.id, first!.sampleId, 'right');
  assert.ok(clean.passed && !clean.refused && clean.wrongAtMost < 0.1);

  const done = applyBatch(db, again.id, 'ann', hooks);
  assert.equal(done.state, 'applied');
  assert.equal(done.decided, 43);
  assert.equal(count(db, 'accepted'), 43);
  assert.equal(countSamples(db, { ...NO_FILTER, batch: again.id }), 43);
  const history = reviewHistory(db, 10);
  assert.deepEqual(
    history.map(({ decision, reviewer, batchId, note }) => [decision, reviewer, batchId, note]),
    [['accept', 'ann', again.id, null]],
  );
  assert.equal(reviewHistory(db, 46).length, 0, 'a dropped one is left alone');
});

test('a batch is rejected for a reason, which each of its decisions has; accepting takes none, undoing leaves it in the history', async (t) => {
  const project = await labelled(t, 6);
  const { db } = project;
  const accepting = startBatch(db, { ...wish, ids: [4, 5, 6] }).batch;
  judgeAll(db, accepting.id);
  assert.throws(() => applyBatch(db, accepting.id, 'ann', hooks, 'blurred'), { code: 'bad_input' });
  assert.equal(count(db, 'accepted'), 0, 'nothing was written');

  const { batch } = startBatch(db, { ...wish, decision: 'reject', ids: [1, 2, 3] });
  assert.equal(batch.reason, null);
  judgeAll(db, batch.id);
  const done = applyBatch(db, batch.id, 'ann', hooks, 'blurred');
  assert.deepEqual([done.decided, done.reason], [3, 'blurred']);
  assert.deepEqual(
    reviewHistory(db, 2).map(({ decision, reason, batchId }) => [decision, reason, batchId]),
    [['reject', 'blurred', batch.id]],
  );
  const found = read<{ n: number }>(
    db,
    "SELECT COUNT(*) AS n FROM sample_state WHERE reason = 'blurred'",
  ).get()!;
  assert.equal(found.n, 3, 'the filter finds them by it');
  const undone = undoBatch(db, batch.id, 'ann', hooks);
  assert.equal(undone.reason, 'blurred');
  assert.deepEqual(
    reviewHistory(db, 2).map(({ decision, reason }) => [decision, reason]),
    [
      ['reject', 'blurred'],
      ['reset', null],
    ],
  );
});

test('what is decided or labelled again meanwhile is left alone; undoing spares what was decided since', async (t) => {
  const project = await labelled(t, 8);
  const { db } = project;
  decide(db, 1, 'reset', null, 'blurred');
  const { batch } = startBatch(db, { ...wish, ids: [1, 2, 3, 4, 5, 6] });
  assert.equal(batch.population, 6);
  judgeAll(db, batch.id);
  decide(db, 2, 'reject');
  predict(project, testRun(project), 3, testPrediction(4));
  const before = states(db);
  const done = applyBatch(db, batch.id, 'ann', hooks);
  assert.deepEqual([done.decided, done.changedMeanwhile], [4, 2]);
  assert.equal(reviewHistory(db, 2).length, 1);
  assert.equal(reviewHistory(db, 3).length, 0);
  assert.equal(reviewHistory(db, 1).at(-1)?.note, 'blurred', 'what a person wrote stays on the sample');

  decide(db, 5, 'reject', reviewHistory(db, 5)[0]!.id);
  const undone = undoBatch(db, batch.id, 'ann', hooks);
  assert.deepEqual([undone.state, undone.undone, undone.keptAsDecided], ['undone', 3, 1]);
  assert.equal(count(db, 'accepted'), 0);
  assert.deepEqual(
    reviewHistory(db, 4).map(({ decision, batchId }) => [decision, batchId]),
    [
      ['accept', batch.id],
      ['reset', batch.id],
    ],
  );
  assert.equal(reviewHistory(db, 1).at(-1)?.note, 'blurred');
  assert.equal(reviewHistory(db, 5).at(-1)?.decision, 'reject');
  const five = states(db)[4];
  assert.deepEqual(states(db), before.with(4, five), 'all but the one decided since are as before the batch');
  assert.equal(listBatches(db, 9)[0]!.state, 'undone');
  assert.throws(() => undoBatch(db, batch.id, 'ann', hooks), { code: 'conflict' });
  assert.throws(() => applyBatch(db, batch.id, 'ann', hooks), { code: 'conflict' });
});

test('rejecting takes dropped samples, too, and gives no label', async (t) => {
  const project = await labelled(t, 4);
  const { db } = project;
  const area = { rule: 'area', value: 1, limit: 0.5 } as const;
  predict(project, testRun(project), 4, { ...testPrediction(), dropped: area });
  const { batch } = startBatch(db, { ...wish, decision: 'reject', except: [1] });
  assert.equal(batch.population, 3);
  judgeAll(db, batch.id);
  applyBatch(db, batch.id, 'ann', hooks);
  assert.equal(count(db, 'rejected'), 3);
  assert.deepEqual(
    reviewHistory(db, 4).map(({ decision, label }) => [decision, label]),
    [['reject', null]],
  );
  undoBatch(db, batch.id, 'ann', hooks);
  assert.equal(count(db, 'pending'), 4);
});

test('accepting leaves out, and counts, a label that carries nothing although no rule dropped it', async (t) => {
  const project = await labelled(t, 4);
  const { db } = project;
  predict(project, testRun(project), 4, { ...testPrediction(), labels: new Int8Array(6).fill(-100) });
  const { batch, leftOut } = startBatch(db, wish);
  assert.deepEqual([batch.population, leftOut.dropped], [3, 1]);
  judgeAll(db, batch.id);
  assert.equal(applyBatch(db, batch.id, 'ann', hooks).decided, 3);
  assert.deepEqual(reviewHistory(db, 4), []);
  assert.equal(startBatch(db, { ...wish, decision: 'reject' }).batch.population, 1);
});

test('stopped on the way, a batch leaves nothing; asked again it does all', async (t) => {
  const project = await labelled(t, 2300);
  const { db } = project;
  const { batch } = startBatch(db, wish);
  judgeAll(db, batch.id);
  const before = states(db);
  const seen: number[] = [];
  const stopping = { stopped: () => seen.length === 2, onProgress: (done: number) => void seen.push(done) };
  assert.throws(() => applyBatch(db, batch.id, 'ann', stopping), { code: 'cancelled' });
  assert.deepEqual(seen, [1000, 2000]);
  assert.deepEqual(states(db), before);
  assert.deepEqual([getBatch(db, batch.id).state, getBatch(db, batch.id).passed], ['auditing', true]);
  assert.equal(applyBatch(db, batch.id, 'ann', hooks).decided, 2300);
  assert.equal(read<{ n: number }>(db, 'SELECT COUNT(*) AS n FROM review').get()!.n, 2300);
  seen.length = 0;
  assert.throws(() => undoBatch(db, batch.id, 'ann', stopping), { code: 'cancelled' });
  assert.equal(count(db, 'accepted'), 2300);
  assert.equal(undoBatch(db, batch.id, 'ann', hooks).undone, 2300);
  assert.deepEqual(states(db), before);
});

test('a batch of nothing is refused and leaves nothing behind', async (t) => {
  const project = await testProject(t, 3);
  assert.throws(() => startBatch(project.db, wish), { code: 'bad_input' });
  assert.deepEqual(listBatches(project.db, 9), []);
  dismissBatch(project.db, 99);
});

test('random batches, decisions and undoings: no decision of a person is lost, derived rows are as if made anew', async (t) => {
  const seed = 20261123;
  t.diagnostic(`seed ${seed}`);
  const random = seededRandom(seed);
  const some = (n: number): number => Math.floor(random() * n);
  const project = await labelled(t, 24);
  const { db } = project;
  /** Of each sample: who made the decision that stands, and what it is. */
  const model = new Map<number, { by: number | 'ben'; decision: string }>();
  const applied: number[] = [];
  for (let step = 0; step < 120; step++) {
    const sample = 1 + some(24);
    const kind = some(4);
    if (kind < 2) {
      const decision = (['accept', 'reject', 'reset'] as const)[some(3)]!;
      decide(db, sample, decision, 'any');
      if (decision === 'reset') model.delete(sample);
      else model.set(sample, { by: 'ben', decision });
    } else if (kind === 2) {
      const decision = (['accept', 'reject'] as const)[some(2)]!;
      const except = Array.from({ length: some(20) }, () => 1 + some(24));
      const scope = { ...wish, decision, except };
      const open = [...Array(24).keys()]
        .map((i) => i + 1)
        .filter((id) => !model.has(id) && !except.includes(id));
      assert.equal(countBatch(db, scope).population, open.length);
      if (open.length === 0) continue;
      const { batch } = startBatch(db, scope);
      judgeAll(db, batch.id);
      if (some(2) === 0) {
        decide(db, sample, 'reject', 'any');
        model.set(sample, { by: 'ben', decision: 'reject' });
      }
      applyBatch(db, batch.id, 'ann', hooks);
      for (const id of open) if (!model.has(id)) model.set(id, { by: batch.id, decision });
      applied.push(batch.id);
    } else if (applied.length > 0) {
      const id = applied.splice(some(applied.length), 1)[0]!;
      undoBatch(db, id, 'ann', hooks);
      for (const [of, { by }] of model) if (by === id) model.delete(of);
    }
    const stand = read<{ sample_id: number; decision: string; batch_id: number | null }>(
      db,
      `SELECT t.sample_id, r.decision, r.batch_id FROM sample_state t JOIN review r ON r.id = t.review_id ORDER BY 1`,
    ).all();
    assert.deepEqual(
      new Map(stand.map((row) => [row.sample_id, { by: row.batch_id ?? 'ben', decision: row.decision }])),
      new Map([...model].sort(([a], [b]) => a - b)),
      `step ${step}`,
    );
  }
  const kept = states(db);
  refreshAllSampleStates(db);
  assert.deepEqual(kept, states(db));
});
