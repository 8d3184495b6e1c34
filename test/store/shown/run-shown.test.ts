import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { transact, type WritableDb } from '../../../src-main/store/db.ts';
import { addJob } from '../../../src-main/store/jobs/job.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { runStandings } from '../../../src-main/store/shown/run-list.ts';
import { putBackRun, showWhereLabelled, takeBackRun } from '../../../src-main/store/shown/run-shown.ts';
import { activeRunId } from '../../../src-main/store/runs/run.ts';
import { settleOnRun, showRun, shownRun } from '../../../src-main/store/shown/sample-run.ts';
import { sampleState } from '../../../src-main/store/samples/state.ts';
import { predict, testProject, testRun } from '../../support/project.ts';

type Project = Awaited<ReturnType<typeof testProject>>;

/** A run whose labels come one by one, as a labelling job brings them. */
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
const accept = (db: WritableDb, sampleId: number) =>
  submitReview(
    db,
    { sampleId, predictionId: null, decision: 'accept', label: null, reviewer: 'ann', note: null },
    undefined,
  );

/** Two runs of which the second comes later; neither shows anything yet. */
function twoRuns(project: Project): [number, number] {
  const second = testRun(project, 'b');
  const first = testRun(project, 'a');
  return [first, second];
}

test('a run is taken back to what each sample showed, decisions stay, and it can be put back', async (t) => {
  const project = await testProject(t, 5);
  const { db } = project;
  const [a, b] = twoRuns(project);
  labelWith(project, a, [1, 2, 3, 4]);
  labelWith(project, b, [1, 2, 5]);
  assert.deepEqual(shown(db, 5), [b, b, a, a, b], 'what has no new label keeps the former one');
  accept(db, 2);
  const decidedOn = sampleState(db, 2)!;

  assert.deepEqual(takeBackRun(db, b), { changed: 1, unlabelled: 1, decided: 1, unknown: 0 });
  assert.deepEqual(shown(db, 5), [a, b, a, a, null]);
  assert.deepEqual(sampleState(db, 2), decidedOn, 'decided on its label: it stays beside the decision');
  assert.equal(activeRunId(db), a);
  assert.deepEqual(takeBackRun(db, b).changed, 0, 'once');

  assert.equal(putBackRun(db, b).changed, 2);
  assert.deepEqual(shown(db, 5), [b, b, a, a, b]);
});

test('the first run can be taken back, too: nothing is labelled then, and it comes back as it was', async (t) => {
  const project = await testProject(t, 3);
  const { db } = project;
  const run = testRun(project);
  labelWith(project, run, [1, 2, 3]);
  assert.deepEqual(takeBackRun(db, run), { changed: 0, unlabelled: 3, decided: 0, unknown: 0 });
  assert.deepEqual([shown(db, 3), activeRunId(db)], [[null, null, null], null]);
  assert.equal(putBackRun(db, run).changed, 3);
  assert.deepEqual([shown(db, 3), activeRunId(db)], [[run, run, run], run]);
});

test('a run in the middle is passed over when the one after it is taken back', async (t) => {
  const project = await testProject(t, 2);
  const { db } = project;
  const [c] = [testRun(project, 'c')];
  const [a, b] = twoRuns(project);
  labelWith(project, a, [1, 2]);
  labelWith(project, b, [1, 2]);
  labelWith(project, c, [1]);
  takeBackRun(db, b);
  assert.deepEqual(shown(db, 2), [c, a]);
  takeBackRun(db, c);
  assert.deepEqual(shown(db, 2), [a, a]);
});

test('labels that are there already are shown at once, within the scope, and not on what was decided', async (t) => {
  const project = await testProject(t, 4);
  const { db } = project;
  const [a, b] = twoRuns(project);
  labelWith(project, a, [1, 2, 3, 4]);
  labelWith(project, b, [1, 2, 3, 4]);
  accept(db, 1);
  assert.equal(showWhereLabelled(db, a, { filter: NO_FILTER, ids: [1, 2, 3], except: [3] }), 1);
  assert.deepEqual(shown(db, 4), [b, a, b, b]);
  assert.equal(showWhereLabelled(db, a, null), 2);
  assert.deepEqual(takeBackRun(db, a).changed, 3);
  assert.deepEqual(shown(db, 4), [b, b, b, b]);
});

test('a run at work is not taken back, and the list says how each run stands', async (t) => {
  const project = await testProject(t, 3);
  const { db } = project;
  const [a, b] = twoRuns(project);
  labelWith(project, a, [1, 2, 3]);
  labelWith(project, b, [1, 2]);
  accept(db, 2);
  const [newest, oldest] = runStandings(project).sort((x, y) => (x.run.id === b ? -1 : y.run.id - x.run.id));
  assert.deepEqual(
    [newest!.shown, newest!.decided, newest!.canTakeBack, newest!.active, newest!.working],
    [2, 1, 1, true, false],
  );
  assert.deepEqual([oldest!.shown, oldest!.canTakeBack, oldest!.unfinished], [1, 1, null]);
  addJob(db, 'label', b, {});
  assert.throws(() => takeBackRun(db, b), { code: 'conflict' });
  assert.equal(runStandings(project).find(({ run }) => run.id === b)!.working, true);
  assert.throws(() => takeBackRun(db, 99), { code: 'not_found' });
});

test('any order of labelling, deciding and taking back: decided samples never change, take back undoes the last switch', async (t) => {
  const project = await testProject(t, 4);
  const { db } = project;
  const runs = ['a', 'b', 'c'].map((name) => testRun(project, name));
  const decided = new Map<number, number>();
  const step = fc.record({
    kind: fc.constantFrom('label', 'label', 'accept', 'back', 'again'),
    run: fc.nat({ max: 2 }),
    ids: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      for (const { kind, run, ids } of steps) {
        const before = shown(db, 4);
        if (kind === 'label')
          labelWith(
            project,
            runs[run]!,
            ids.filter((id) => !decided.has(id)),
          );
        if (kind === 'accept') {
          const [id = 1] = ids.filter((one) => shownRun(db, one) !== null);
          if (shownRun(db, id) === null) continue;
          accept(db, id);
          decided.set(id, shownRun(db, id)!);
        }
        if (kind === 'back') takeBackRun(db, runs[run]!);
        if (kind === 'again') {
          takeBackRun(db, runs[run]!);
          putBackRun(db, runs[run]!);
          shown(db, 4).forEach((now, i) => {
            if (before[i] === runs[run]) assert.equal(now, before[i], 'taken back and put back is as it was');
          });
        }
        for (const [id, on] of decided) assert.equal(shownRun(db, id), on);
      }
    }),
    { numRuns: 30, seed: 11 },
  );
});
