/** A run goes with what only it made; what people decided stays, down to the bytes, and every other sample shows another label or none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { countRunRemoval, removeRun } from '../../../src-main/jobs/removal/remove-run.ts';
import { dismissBatch, startBatch } from '../../../src-main/store/batches/batch.ts';
import { read, transact, write, type WritableDb } from '../../../src-main/store/db.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import { addJob, requestCancel } from '../../../src-main/store/jobs/job.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { ensureModel } from '../../../src-main/store/runs/model.ts';
import { ensurePreset } from '../../../src-main/store/runs/preset.ts';
import {
  activeRunId,
  ensureRun,
  listRuns,
  renameRun,
  setActiveRun,
} from '../../../src-main/store/runs/run.ts';
import { refreshAllSampleStates } from '../../../src-main/store/samples/state.ts';
import { runStandings } from '../../../src-main/store/shown/run-list.ts';
import { removeLabels } from '../../../src-main/store/shown/run-removal.ts';
import { takeBackRun } from '../../../src-main/store/shown/run-shown.ts';
import { settleOnRun, showRun, shownRun } from '../../../src-main/store/shown/sample-run.ts';
import { addSamples, predict, testPreset, testProject, testRun } from '../../support/project.ts';

/** With the labels that they were made on. */
const REVIEWS = `SELECT r.*, p.label AS made_on FROM review r LEFT JOIN prediction p ON p.id = r.prediction_id
  ORDER BY r.id`;

/** As a labelling job brings them: one by one, each in place of what was shown on what nobody decided on. */
function labelWith(project: Project, run: number, ids: readonly number[]): void {
  const { db } = project;
  settleOnRun(db, run);
  for (const id of ids) {
    transact(db, () => {
      const before = shownRun(db, id);
      predict(project, run, id);
      showRun(db, id, run, before);
    });
  }
}

const shown = (db: WritableDb, count: number) => Array.from({ length: count }, (_, i) => shownRun(db, i + 1));
const decide = (db: WritableDb, sampleId: number, decision: 'accept' | 'reject' | 'reset' = 'accept') =>
  submitReview(
    db,
    { sampleId, predictionId: null, decision, label: null, reviewer: 'ann', note: null },
    undefined,
  );
const all = (db: WritableDb, sql: string) => read<Record<string, unknown>>(db, sql).all();

/** Nothing refers to what is gone, no maps are left over, and the rows that lists read are what they derive from. */
function assertSound(project: Project): void {
  const { db } = project;
  assert.deepEqual(all(db, 'PRAGMA foreign_key_check'), []);
  assert.deepEqual(
    all(db, 'SELECT key FROM maps.map_set WHERE key NOT IN (SELECT maps_key FROM prediction)'),
    [],
  );
  assert.deepEqual(all(db, 'SELECT key FROM maps.map WHERE key NOT IN (SELECT key FROM maps.map_set)'), []);
  const derived = () =>
    all(db, 'SELECT sample_id, state, prediction_id, review_id FROM sample_state ORDER BY 1');
  const kept = derived();
  transact(db, () => refreshAllSampleStates(db));
  assert.deepEqual(derived(), kept);
}

test('a run is removed: undecided samples show the label before, decided ones keep theirs, its number is nobody else’s', async (t) => {
  const project = await testProject(t, 5);
  const { db } = project;
  const [a, b] = [testRun(project, 'a'), testRun(project, 'b')];
  labelWith(project, a, [1, 2, 3]);
  labelWith(project, b, [1, 2, 4, 5]);
  decide(db, 2);
  decide(db, 5, 'reject');
  const reviews = all(db, 'SELECT * FROM review ORDER BY id');
  assert.deepEqual(await countRunRemoval(project, b), { labels: 2, kept: 2, elsewhere: 1, unlabelled: 1 });
  assert.deepEqual(shown(db, 5), [b, b, a, b, b], 'counting changes nothing');

  assert.deepEqual(await removeRun(project, b), { labels: 2, kept: 2, elsewhere: 1, unlabelled: 1 });
  assert.deepEqual(shown(db, 5), [a, b, a, null, b]);
  assert.deepEqual(all(db, 'SELECT * FROM review ORDER BY id'), reviews);
  assert.equal(activeRunId(db), a, 'labelling goes on with what most samples show');
  assert.ok(
    listRuns(db).some(({ id }) => id === b),
    'the run stays for what was decided on its labels',
  );
  assertSound(project);
  await assert.rejects(removeRun(project, b), { code: 'conflict', message: /decided on every label/ });

  assert.deepEqual(await removeRun(project, a), { labels: 3, kept: 0, elsewhere: 0, unlabelled: 2 });
  assert.deepEqual(shown(db, 5), [null, b, null, null, b]);
  assert.deepEqual(
    [listRuns(db).map(({ id }) => id), activeRunId(db)],
    [[b], null],
    'b is shown where it was decided on, and labels nothing new unasked',
  );
  assertSound(project);
  await assert.rejects(removeRun(project, a), { code: 'not_found' });
  assert.throws(() => setActiveRun(db, a), { code: 'not_found' });
  assert.ok(testRun(project, 'c') > b);
});

test('labelling the same way again takes a removed run up, without the name it had', async (t) => {
  const project = await testProject(t, 2);
  const { db } = project;
  const run = testRun(project, 'a');
  labelWith(project, run, [1, 2]);
  renameRun(db, run, 'First try');
  assert.equal(runStandings(project)[0]!.run.name, 'First try');
  await removeRun(project, run);
  assert.deepEqual(runStandings(project), []);
  const modelId = ensureModel(db, { fingerprint: 'a', dir: '/models/test', name: 'test', family: 'llava' });
  const presetId = ensurePreset(db, testPreset);
  assert.equal(ensureRun(db, { modelId, presetId, settings: {}, answerMode: 'self' }), run);
  labelWith(project, run, [1]);
  const [standing] = runStandings(project);
  assert.deepEqual([standing!.run.name, standing!.labelled, standing!.shown], [undefined, 1, 1]);
});

test('a decision on another run’s label leads back to that label, whatever was shown last', async (t) => {
  const project = await testProject(t, 1);
  const { db } = project;
  const [a, b, c] = ['a', 'b', 'c'].map((name) => testRun(project, name)) as [number, number, number];
  for (const run of [a, b, c]) labelWith(project, run, [1]);
  setActiveRun(db, a);
  decide(db, 1);
  setActiveRun(db, c);
  assert.equal(shownRun(db, 1), c);
  assert.deepEqual(await countRunRemoval(project, c), { labels: 1, kept: 0, elsewhere: 0, unlabelled: 0 });
  await removeRun(project, c);
  assert.equal(shownRun(db, 1), a);
  assert.equal(all(db, 'SELECT state FROM sample_state')[0]!.state, 'accepted');
});

test('what was taken back to a run that is gone is not known any more; runs between two others are passed over', async (t) => {
  const project = await testProject(t, 2);
  const { db } = project;
  const [a, b, c] = ['a', 'b', 'c'].map((name) => testRun(project, name)) as [number, number, number];
  for (const run of [a, b, c]) labelWith(project, run, [1, 2]);
  await removeRun(project, b);
  assert.deepEqual(shown(db, 2), [c, c]);
  assert.deepEqual(takeBackRun(db, c), { changed: 2, unlabelled: 0, decided: 0, unknown: 0 });
  assert.deepEqual(shown(db, 2), [a, a]);
  await removeRun(project, a);
  assert.deepEqual(shown(db, 2), [c, c], 'a label beats none');
  assertSound(project);
});

test('a run that something works with is not removed: its job, a reader of labels, a batch, a training', async (t) => {
  const project = await testProject(t, 4);
  const { db } = project;
  const run = testRun(project, 'a');
  labelWith(project, run, [1, 2, 3, 4]);
  const refused = async (message: RegExp) => {
    await assert.rejects(countRunRemoval(project, run), { code: 'conflict', message });
    await assert.rejects(removeRun(project, run), { code: 'conflict', message });
    assert.throws(() => removeLabels(db, run, 0), { code: 'conflict', message });
    assert.equal(runStandings(project)[0]!.labelled, 4);
  };
  const own = addJob(db, 'label', run, {});
  await refused(/job 1 \(label\) is labelling with run 1/);
  requestCancel(db, own);
  const reader = addJob(db, 'export', null, {});
  await refused(/job 2 \(export\) may be reading the labels of run 1/);
  requestCancel(db, reader);
  const { batch } = startBatch(db, {
    decision: 'accept',
    filter: NO_FILTER,
    ids: null,
    except: [],
    target: 0.1,
    reviewer: 'ann',
  });
  await refused(/batch 1 is about labels of run 1/);
  dismissBatch(db, batch.id);
  // One that is over, of which a person found a label wrong: it was not decided, and what was looked at is known.
  write(
    db,
    "INSERT INTO batch (state, target, reviewer, created_at) VALUES ('applied', 0.1, 'ann', '2026')",
  ).run();
  write(
    db,
    `INSERT INTO batch_item (batch_id, sample_id, prediction_id, place, verdict)
     SELECT MAX(b.id), p.sample_id, p.id, 0, 'wrong' FROM batch b, prediction p WHERE p.sample_id = 2`,
  ).run();
  write(
    db,
    `INSERT INTO training_run (base_fingerprint, data, settings, seed, environment, state, created_at)
     VALUES ('f', '{}', '{}', 1, '{}', 'paused', '2026')`,
  ).run();
  write(
    db,
    `INSERT INTO training_sample (training_run_id, sample_id, part, kind, picture_group, prediction_id, label_sha256, weight)
     SELECT 1, sample_id, 'train', 'pseudo', 1, id, zeroblob(32), 1 FROM prediction`,
  ).run();
  await refused(/training run 1 learns from labels of run 1/);
  write(db, "UPDATE training_run SET state = 'done'").run();
  assert.partialDeepStrictEqual(await removeRun(project, run), { labels: 3, kept: 1 });
  assert.deepEqual(shown(db, 4), [null, run, null, null], 'what was looked at in a batch stays');
  assertSound(project);
});

test('a removal that is stopped leaves whole samples, and goes on where it stopped', async (t) => {
  const project = await testProject(t, 0);
  const { db } = project;
  addSamples(project, 1200);
  const [a, b] = [testRun(project, 'a'), testRun(project, 'b')];
  for (let id = 1; id <= 1200; id++) predict(project, a, id);
  for (let id = 1; id <= 1200; id++) predict(project, b, id);
  transact(db, () => refreshAllSampleStates(db));
  const stop = new AbortController();
  await assert.rejects(removeRun(project, b, { signal: stop.signal, onProgress: () => stop.abort() }), {
    code: 'cancelled',
    message: 'stopped; 500 of 1,200 labels removed',
  });
  assert.deepEqual(new Set(shown(db, 1200)), new Set([a, b]), 'every sample shows one of the two in between');
  assertSound(project);
  assert.partialDeepStrictEqual(await removeRun(project, b), { labels: 700, kept: 0 });
  assert.deepEqual(new Set(shown(db, 1200)), new Set([a]));
  assertSound(project);
});

test('any order of labelling, deciding, showing and removing: reviews and their labels stay, and every row stays sound', async (t) => {
  const step = fc.record({
    kind: fc.constantFrom('label', 'label', 'accept', 'reset', 'show', 'back', 'remove'),
    run: fc.nat({ max: 2 }),
    ids: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const project = await testProject(t, 4);
      const { db } = project;
      const make = (n: number): number => testRun(project, 'abc'[n]);
      for (const { kind, run: n, ids } of steps) {
        const reviews = all(db, REVIEWS);
        const open = (id: number) =>
          all(db, `SELECT review_id FROM sample_state WHERE sample_id = ${id}`)[0]!.review_id === null;
        const has = (run: number, id: number) =>
          all(db, `SELECT 1 FROM prediction WHERE run_id = ${run} AND sample_id = ${id}`).length > 0;
        const there = listRuns(db)[n % Math.max(1, listRuns(db).length)]?.id;
        if (kind === 'label') {
          const run = make(n);
          labelWith(
            project,
            run,
            ids.filter((id) => open(id) && !has(run, id)),
          );
        } else if (kind === 'accept') {
          for (const id of ids) if (shownRun(db, id) !== null) decide(db, id);
        } else if (kind === 'reset') decide(db, ids[0]!, 'reset');
        else if (there === undefined) continue;
        else if (kind === 'show') setActiveRun(db, there);
        else if (kind === 'back') takeBackRun(db, there);
        else {
          const counts = await countRunRemoval(project, there).catch((thrown: { code: string }) => {
            assert.equal(thrown.code, 'conflict');
            return null;
          });
          if (counts === null) continue;
          const unlabelled = shown(db, 4).filter((run) => run === null).length;
          assert.deepEqual(await removeRun(project, there), counts, 'what was said is what was done');
          assert.equal(shown(db, 4).filter((run) => run === null).length, unlabelled + counts.unlabelled);
          assert.equal(
            listRuns(db).some(({ id }) => id === there),
            counts.kept > 0,
          );
        }
        assert.deepEqual(all(db, REVIEWS).slice(0, reviews.length), reviews);
        assertSound(project);
      }
    }),
    { numRuns: 25, seed: 5 },
  );
});
