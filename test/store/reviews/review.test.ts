import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Decision, SampleState } from '../../../src-shared/contract/domain.ts';
import { sampleFilterSchema } from '../../../src-shared/contract/procedures.ts';
import { openProject } from '../../../src-main/store/file/project.ts';
import { write } from '../../../src-main/store/db.ts';
import {
  latestReview,
  latestRevisionId,
  reviewHistory,
  standingReview,
  submitReview,
} from '../../../src-main/store/reviews/review.ts';
import { countSamples, listSamples } from '../../../src-main/store/samples/query.ts';
import { sampleState } from '../../../src-main/store/samples/state.ts';
import { predict, testPrediction, testProject, testRun } from '../../support/project.ts';

const STATE: Record<Decision, SampleState> = {
  accept: 'accepted',
  correct: 'corrected',
  reject: 'rejected',
  reset: 'pending',
};

test('any sequence of decisions, stale ones and undos equals a model that keeps a list', async (t) => {
  const project = await testProject(t, 3);
  const { db } = project;
  const run = testRun(project);
  const predictions = [1, 2, 3].map((id) => predict(project, run, id));
  const history: { id: number; decision: Decision; label: Uint8Array | null }[][] = [[], [], []];
  const step = fc.record({
    sample: fc.integer({ min: 1, max: 3 }),
    decision: fc.constantFrom<Decision>('accept', 'correct', 'reject', 'reset'),
    cells: fc.uint8Array({ minLength: 6, maxLength: 6, max: 1 }),
    stale: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      for (const { sample, decision, cells, stale } of steps) {
        const past = history[sample - 1];
        const last = past.at(-1);
        const review = {
          sampleId: sample,
          predictionId: predictions[sample - 1],
          decision,
          label: decision === 'correct' ? cells : null,
          reviewer: 'ann',
          note: null,
        };
        if (stale && last) {
          const earlier = past.at(-2)?.id ?? 1e9;
          assert.throws(() => submitReview(db, review, earlier), { code: 'conflict' });
          continue;
        }
        const result = submitReview(db, review, last?.id ?? null);
        past.push({ id: result.review.id, decision, label: result.review.label });
        assert.equal(result.state, STATE[decision]);
        if (decision === 'correct') assert.deepEqual([...result.review.label!], [...cells]);
        if (decision === 'accept') assert.equal(result.review.label!.length, 6);
      }
      for (const id of [1, 2, 3]) {
        const past = history[id - 1];
        const last = past.at(-1);
        assert.deepEqual(
          reviewHistory(db, id).map(({ id, decision, label }) => ({ id, decision, label })),
          past,
        );
        assert.equal(sampleState(db, id)!.state, STATE[last?.decision ?? 'reset']);
        assert.equal(standingReview(db, id)?.id ?? null, last && last.decision !== 'reset' ? last.id : null);
      }
    }),
    { numRuns: 25, seed: 2026 },
  );
  project.close();
  const again = openProject(project.path);
  assert.deepEqual(
    reviewHistory(again.db, 2).map((review) => review.id),
    history[1].map((review) => review.id),
  );
  again.close();
});

test('two people: the second to decide on the same sample is told', async (t) => {
  const project = await testProject(t);
  predict(project, testRun(project), 1);
  const other = openProject(project.path);
  const review = { sampleId: 1, predictionId: 1, decision: 'accept', label: null, note: null } as const;
  submitReview(project.db, { ...review, reviewer: 'ann' }, null);
  assert.throws(
    () => submitReview(other.db, { ...review, decision: 'reject', reviewer: 'bob' }, null),
    (error: Error & { code: string }) => error.code === 'conflict' && error.message.includes('ann'),
  );
  assert.equal(reviewHistory(other.db, 1).length, 1);
  other.close();
});

test('a note without a decision is not overwritten unseen, nor is a decision that was taken back', async (t) => {
  const project = await testProject(t);
  predict(project, testRun(project), 1);
  const { db } = project;
  const bare = { sampleId: 1, predictionId: 1, label: null } as const;
  const noted = submitReview(db, { ...bare, decision: 'reset', reviewer: 'ann', note: 'odd tag' }, null);
  assert.deepEqual([noted.state, standingReview(db, 1)], ['pending', null]);
  for (const decision of ['reset', 'accept', 'reject'] as const) {
    assert.throws(
      () => submitReview(db, { ...bare, decision, reviewer: 'bob', note: 'fine' }, null),
      (error: Error & { code: string }) => error.code === 'conflict' && error.message.includes('ann'),
    );
  }
  assert.equal(latestRevisionId(db, 1), noted.review.id);
  submitReview(db, { ...bare, decision: 'accept', reviewer: 'bob', note: 'odd tag' }, noted.review.id);
  assert.deepEqual(
    reviewHistory(db, 1).map(({ reviewer, decision, note }) => [reviewer, decision, note]),
    [
      ['ann', 'reset', 'odd tag'],
      ['bob', 'accept', 'odd tag'],
    ],
  );
});

test('decisions that make no sense are refused with nothing written', async (t) => {
  const project = await testProject(t);
  const run = testRun(project);
  predict(project, run, 1);
  predict(project, run, 2);
  const base = { sampleId: 1, predictionId: 1, label: null, reviewer: 'ann', note: null };
  const submit = (over: object): unknown =>
    submitReview(project.db, { ...base, decision: 'accept', ...over }, null);
  assert.throws(() => submit({ sampleId: 3, predictionId: null }), { code: 'bad_input' });
  assert.throws(() => submit({ predictionId: 2 }), { code: 'bad_input' });
  assert.throws(() => submit({ label: new Uint8Array(6) }), { code: 'bad_input' });
  assert.throws(() => submit({ decision: 'reject', label: new Uint8Array(6) }), { code: 'bad_input' });
  assert.throws(() => submit({ decision: 'correct' }), { code: 'bad_input' });
  assert.throws(() => submit({ decision: 'correct', label: new Uint8Array(5) }), { code: 'bad_input' });
  assert.throws(() => submit({ decision: 'correct', label: new Uint8Array(6).fill(9) }), {
    code: 'bad_input',
  });
  assert.throws(() => submit({ sampleId: 99 }), { code: 'not_found' });
  assert.throws(() => submit({ predictionId: 99 }), { code: 'not_found' });
  assert.deepEqual(reviewHistory(project.db, 1), []);
});

test('a label that carries nothing is nobody’s to accept or to hand in; one without foreground is', async (t) => {
  const project = await testProject(t);
  const { db } = project;
  const run = testRun(project);
  const nothing = new Int8Array(6).fill(-100);
  predict(project, run, 1, { ...testPrediction(), labels: nothing });
  predict(project, run, 2);
  const base = { predictionId: null, label: null, reviewer: 'ann', note: null };
  const refused = { code: 'bad_input', message: /carries nothing/ };
  assert.throws(() => submitReview(db, { ...base, sampleId: 1, decision: 'accept' }, null), refused);
  const bytes = new Uint8Array(nothing.buffer);
  assert.throws(
    () => submitReview(db, { ...base, sampleId: 2, decision: 'correct', label: bytes }, null),
    refused,
  );
  assert.deepEqual([reviewHistory(db, 1), reviewHistory(db, 2)], [[], []]);
  const background = Uint8Array.from([156, 156, 156, 156, 156, 0]);
  const taught = submitReview(db, { ...base, sampleId: 2, decision: 'correct', label: background }, null);
  assert.equal(taught.state, 'corrected');
  assert.equal(submitReview(db, { ...base, sampleId: 1, decision: 'reject' }, null).state, 'rejected');
});

test('a note can be put on what an older version accepted although it carries nothing', async (t) => {
  const project = await testProject(t);
  const { db } = project;
  const nothing = new Int8Array(6).fill(-100);
  const prediction = predict(project, testRun(project), 1, { ...testPrediction(), labels: nothing });
  write(
    db,
    `INSERT INTO review (sample_id, decision, label, prediction_id, reviewer, created_at)
     VALUES (1, 'accept', ?, ?, 'ann', '2026-01-01')`,
  ).run(new Uint8Array(nothing.buffer), prediction);
  const { id } = latestReview(db, 1)!;
  const noted = {
    sampleId: 1,
    predictionId: null,
    decision: 'accept',
    label: null,
    reviewer: 'ben',
  } as const;
  assert.equal(submitReview(db, { ...noted, note: 'why?' }, id).state, 'accepted');
  const reset = submitReview(db, { ...noted, decision: 'reset', note: null }, undefined);
  assert.equal(reset.state, 'pending');
  assert.throws(() => submitReview(db, { ...noted, note: null }, undefined), { code: 'bad_input' });
});

test('the queue filters by state, drop, language, split and text in any alphabet', async (t) => {
  const project = await testProject(t, 9);
  const run = testRun(project);
  for (const id of [1, 2, 3]) {
    predict(project, run, id);
  }
  submitReview(
    project.db,
    { sampleId: 2, predictionId: null, decision: 'reject', label: null, reviewer: 'a', note: null },
    null,
  );
  const ids = (filter: object): number[] => {
    const parsed = sampleFilterSchema.parse(filter);
    const rows = listSamples(project.db, parsed, 0, 100).map((row) => row.id);
    assert.equal(countSamples(project.db, parsed), rows.length);
    return rows;
  };
  assert.deepEqual(ids({}), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(ids({ states: ['pending'] }), [1, 3]);
  assert.deepEqual(ids({ states: ['pending', 'rejected'] }), [1, 2, 3]);
  assert.deepEqual(ids({ dropped: 'kept', states: ['pending'], languages: ['en'] }), [3]);
  assert.deepEqual(ids({ dropped: 'dropped' }), []);
  assert.deepEqual(ids({ splits: ['train'], languages: ['fr'] }), [1, 7]);
  assert.deepEqual(ids({ text: ' L’École'.replace('’', "'").toUpperCase() }).length, 9);
  assert.deepEqual(ids({ text: 'RÉPONSE 5' }), [5]);
  assert.deepEqual(ids({ text: 'forty' }), [1, 2, 3]);
  assert.deepEqual(ids({ text: '%' }), []);
  assert.deepEqual(
    listSamples(project.db, sampleFilterSchema.parse({}), 7, 5).map((row) => row.id),
    [8, 9],
  );
});
