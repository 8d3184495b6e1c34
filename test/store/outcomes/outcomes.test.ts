/** What the crop made of answers: counted with each label, filtered and listed by, judged by people over the rule, kept. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { NO_FILTER, type SampleFilter } from '../../../src-shared/contract/procedures.ts';
import { RULES_VERSION } from '../../../src-shared/kernels/scorers/score.ts';
import { backUpDaily } from '../../../src-main/store/backup/backup.ts';
import { read, write } from '../../../src-main/store/db.ts';
import { openDesk } from '../../../src-main/store/desk/desk.ts';
import { openProject, type Project } from '../../../src-main/store/file/project.ts';
import { JOURNAL_FILE } from '../../../src-main/store/journal/journal.ts';
import type { NewPrediction } from '../../../src-main/store/predictions/prediction.ts';
import { repairProject } from '../../../src-main/store/repair/repair.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { judgeAnswer, sampleOutcome } from '../../../src-main/store/samples/answer-verdict.ts';
import { facets } from '../../../src-main/store/samples/facets.ts';
import { outcomeBacklog } from '../../../src-main/store/samples/outcome-backlog.ts';
import { countSamples, listSamples } from '../../../src-main/store/samples/query.ts';
import { removeSamples } from '../../../src-main/store/samples/removal.ts';
import { getSample } from '../../../src-main/store/samples/sample.ts';
import { updateSample } from '../../../src-main/store/samples/update.ts';
import { showRun } from '../../../src-main/store/shown/sample-run.ts';
import { sampleAnswers } from '../../../src-main/store/shown/sample-answers.ts';
import { predict, testPrediction, testProject, testRun } from '../../support/project.ts';

/** Sample n is asked for `réponse n`; even ones know no answer. */
function answered(first: string, crop: string | null, fg = 0): NewPrediction {
  const secondStage =
    crop === null ? null : ({ crop: [0, 0, 10, 10], from: 'rpn', answer: crop, skipped: null } as const);
  return { ...testPrediction(fg), answer: first, secondStage };
}

/** 1 fixed, 3 broken, 5 both right, 7 both wrong, 9 right alone, 11 wrong alone, 2 unknown, 4 without a label. */
async function scored(t: TestContext): Promise<{ project: Project; run: number }> {
  const project = await testProject(t, 12);
  const run = testRun(project);
  const right = (n: number) => ` Réponse ${n}`;
  predict(project, run, 1, answered('x', right(1)));
  predict(project, run, 3, answered(right(3), 'x'));
  predict(project, run, 5, answered(right(5), right(5)));
  predict(project, run, 7, answered('x', 'y'));
  predict(project, run, 9, answered(right(9), null));
  predict(project, run, 11, answered('x', null));
  predict(project, run, 2, answered('x', 'y'));
  return { project, run };
}

const idsBy = ({ db }: Project, filter: Partial<SampleFilter>): number[] =>
  listSamples(db, { ...NO_FILTER, ...filter }, 0, 50).map(({ id }) => id);

const say = (
  project: Project,
  sampleId: number,
  answer: string,
  verdict: 'right' | 'wrong' | null,
  at = NOW,
) => judgeAnswer(project.db, { sampleId, answer, verdict, reviewer: 'ann', at });
const NOW = '2026-11-30T12:00:00.000Z';

test('each label is counted as it is stored; lists, facets and orders go by it, unknown answers are not wrong', async (t) => {
  const { project } = await scored(t);
  const { db } = project;
  const of = (filter: Partial<SampleFilter>) => idsBy(project, filter);
  assert.deepEqual(of({ outcomes: ['fixed'] }), [1]);
  assert.deepEqual(of({ outcomes: ['broken', 'both_wrong'] }), [3, 7]);
  assert.deepEqual(of({ outcomes: ['both_right', 'alone_right', 'alone_wrong'] }), [5, 9, 11]);
  assert.deepEqual(of({ outcomes: ['unscored'] }), [2, 4, 6, 8, 10, 12]);
  const counts = facets(db).outcomes.map(({ outcome, samples }) => [outcome, samples]);
  assert.deepEqual(counts, [
    ['fixed', 1],
    ['broken', 1],
    ['both_wrong', 1],
    ['both_right', 1],
    ['alone_wrong', 1],
    ['alone_right', 1],
    ['unscored', 6],
  ]);
  const under = facets(db, { ...NO_FILTER, outcomes: ['fixed'], languages: ['fr'] }).outcomes;
  assert.deepEqual(
    under.filter(({ samples }) => samples > 0).map(({ outcome }) => outcome),
    ['fixed', 'both_wrong', 'unscored'],
    'without its own choice, under the others',
  );
  const sorted = (descending: boolean) =>
    listSamples(db, NO_FILTER, 0, 7, { by: 'outcome', descending }).map(({ id }) => id);
  assert.deepEqual(sorted(true), [1, 3, 7, 5, 11, 9, 2]);
  assert.deepEqual(sorted(false), [9, 11, 5, 7, 3, 1, 2]);
  const [row] = listSamples(db, { ...NO_FILTER, ids: [3] }, 0, 1);
  assert.equal(row!.outcome, 'broken');
});

test('a map on the true box whose answer is wrong was of no use; of another picture nobody knows', async (t) => {
  const project = await testProject(t, 5);
  const { db } = project;
  const run = testRun(project);
  // Two of the six cells; the label decides its foreground and the last cell.
  write(db, "UPDATE sample SET truth_boxes = '[[0,0,20,10]]'").run();
  predict(project, run, 1, answered('x', null, 0));
  predict(project, run, 3, answered('réponse 3', null, 0));
  predict(project, run, 5, answered('x', null, 4));
  assert.deepEqual(
    [1, 3, 5].map((id) => sampleOutcome(db, id)!.localised),
    ['unused', 'used', 'missed'],
  );
  assert.deepEqual(idsBy(project, { localised: 'unused' }), [1]);
  assert.deepEqual(facets(db).localised, { used: 1, unused: 1, missed: 1 });
  assert.deepEqual(facets(db, { ...NO_FILTER, localised: 'used', outcomes: ['alone_wrong'] }).localised, {
    used: 0,
    unused: 1,
    missed: 1,
  });
  write(db, 'UPDATE image SET version = 2 WHERE id = 1').run();
  assert.equal(await outcomeBacklog(db, new AbortController().signal), 1);
  assert.deepEqual(sampleOutcome(db, 1), { outcome: 'alone_wrong', localised: null });
});

test('an answer that was given to the model is none of its own', async (t) => {
  const project = await testProject(t, 1);
  const run = testRun(project);
  write(project.db, "UPDATE run SET answer_mode = 'teacher'").run();
  predict(project, run, 1, answered('réponse 1', 'x'));
  assert.equal(sampleOutcome(project.db, 1)!.outcome, null);
  const answers = sampleAnswers(project.db, 1)!;
  assert.deepEqual([answers.given, answers.first.score, answers.crop?.score], [true, null, 0]);
});

test('corrected data is counted by at once: an answer, a list of answers', async (t) => {
  const { project } = await scored(t);
  const { db } = project;
  const sample = (id: number) => getSample(db, id);
  updateSample(db, { ...sample(1), referenceAnswer: 'X' });
  assert.equal(sampleOutcome(db, 1)!.outcome, 'broken');
  updateSample(db, { ...sample(2), benchmark: { name: 'own', answers: ['y', 'z'], options: [] } });
  assert.equal(sampleOutcome(db, 2)!.outcome, 'fixed');
  const { scorer, truths } = sampleAnswers(db, 2)!;
  assert.deepEqual([scorer, truths.map(({ crop }) => crop)], ['exact', [true, false]]);
});

test('what another rule counted is counted anew, and what nobody counted', async (t) => {
  const { project } = await scored(t);
  const { db } = project;
  const state = () => read(db, 'SELECT sample_id, outcome, localised FROM sample_state').all();
  const before = state();
  const signal = new AbortController().signal;
  assert.equal(await outcomeBacklog(db, signal), 0);
  write(db, "UPDATE answer_outcome SET scorer = 'older' WHERE prediction_id IN (1, 2)").run();
  write(db, 'UPDATE answer_outcome SET rules = ? WHERE prediction_id = 3').run(RULES_VERSION - 1);
  write(db, 'DELETE FROM answer_outcome WHERE prediction_id = 4').run();
  write(db, 'UPDATE sample_state SET outcome = NULL, localised = NULL').run();
  assert.equal(await outcomeBacklog(db, signal), 4);
  assert.equal(countSamples(db, { ...NO_FILTER, outcomes: ['unscored'] }), 12 - 4);
  write(db, 'DELETE FROM answer_outcome').run();
  assert.equal(await outcomeBacklog(db, signal), 7);
  assert.deepEqual(state(), before);
  const stopped = AbortSignal.abort();
  write(db, 'DELETE FROM answer_outcome').run();
  assert.equal(await outcomeBacklog(db, stopped), 0);
});

test('a person’s word holds over the rule, on the text, through labels made anew; taken back, the rule counts', async (t) => {
  const { project, run } = await scored(t);
  const { db } = project;
  const outcome = (id: number) => sampleOutcome(db, id)!.outcome;
  assert.equal(say(project, 7, ' y', 'right'), true);
  assert.equal(say(project, 7, 'y', 'right'), false, 'said once more, it changes nothing');
  assert.equal(outcome(7), 'fixed');
  assert.equal(sampleAnswers(db, 7)!.crop!.judged!.reviewer, 'ann');
  say(project, 2, 'x', 'wrong');
  assert.equal(outcome(2), 'alone_wrong', 'nobody knows of the other answer');
  predict(project, run, 7, answered('y', 'z'));
  assert.equal(outcome(7), 'broken', 'the text that was judged is the first answer now');
  predict(project, run, 7, answered('z', 'z'));
  assert.equal(outcome(7), 'both_wrong');
  const other = testRun(project, 'f2');
  predict(project, other, 7, answered('x', 'y'));
  showRun(db, 7, other);
  assert.equal(outcome(7), 'fixed', 'of another run, too');
  assert.deepEqual(idsBy(project, { outcomes: ['fixed'] }), [1, 7]);
  assert.equal(say(project, 7, 'y', null), true);
  assert.equal(outcome(7), 'both_wrong');
  assert.throws(() => say(project, 99, 'y', 'right'), { code: 'not_found' });
  const rows = read<{ n: number }>(db, 'SELECT COUNT(*) AS n FROM answer_verdict').get()!;
  assert.equal(rows.n, 3, 'each word stays as a row');
});

test('verdicts are in the journal before they are answered, and come back with it; removed samples get none', async (t) => {
  const { project } = await scored(t);
  const { path } = project;
  say(project, 1, 'x', 'right');
  await backUpDaily(project.db, path);
  say(project, 1, 'x', null, '2026-11-30T12:00:01.000Z');
  say(project, 3, 'x', 'right', '2026-11-30T12:00:02.000Z');
  say(project, 5, 'odd', 'wrong', '2026-11-30T12:00:03.000Z');
  const file = join(path, JOURNAL_FILE);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  assert.deepEqual(
    lines.map((line) => {
      const { sample, answer, judged, reviewer } = JSON.parse(line) as Record<string, unknown>;
      return [sample, answer, judged, reviewer];
    }),
    [
      ['q1', 'x', 'right', 'ann'],
      ['q1', 'x', null, 'ann'],
      ['q3', 'x', 'right', 'ann'],
      ['q5', 'odd', 'wrong', 'ann'],
    ],
  );
  const whole = readFileSync(file, 'utf8');
  rmSync(file);
  project.close();
  openProject(path).close();
  assert.equal(readFileSync(file, 'utf8'), whole, 'an opening adds what is missing, and only that');
  openProject(path).close();
  assert.equal(readFileSync(file, 'utf8'), whole);

  for (const ending of ['', '-wal', '-shm']) rmSync(join(path, `project.db${ending}`), { force: true });
  assert.equal((await repairProject(path)).verdicts, 3);
  assert.equal((await repairProject(path)).verdicts, 0, 'what is there is not put back twice');
  const again = openProject(path);
  t.after(() => again.close());
  assert.deepEqual(
    [1, 3].map((id) => sampleOutcome(again.db, id)!.outcome),
    ['fixed', 'both_right'],
  );
  assert.equal(removeSamples(again.db, [3]), 1);
  assert.equal(read(again.db, 'SELECT 1 FROM answer_verdict WHERE sample_id = 3').get(), undefined);
});

test('whoever decides blind learns of no right answer, and of no verdict but their own, until they decided', async (t) => {
  const { project } = await scored(t);
  const { db } = project;
  write(
    db,
    `INSERT INTO deal (id, name, overlap, seed, blind, filter, created_by, created_at) VALUES (1, 'r', 1, 1, 1, '{}', 'o', '2026')`,
  ).run();
  for (const id of [1, 3])
    write(db, "INSERT INTO dealt (deal_id, sample_id, reviewer) VALUES (1, ?, 'bo')").run(id);
  updateSample(db, {
    ...getSample(db, 3),
    benchmark: { name: 'own', answers: ['Réponse 3'], options: [] },
  });
  say(project, 1, 'x', 'right');
  const desk = openDesk(project, 'bo');
  t.after(() => desk.close());
  assert.deepEqual(facets(desk.db).outcomes, [{ outcome: 'unscored', samples: 2 }]);
  assert.equal(sampleOutcome(desk.db, 1)!.outcome, null);
  for (const id of [1, 3]) {
    const { first, crop, truths, outcome } = sampleAnswers(desk.db, id)!;
    assert.deepEqual([first.right, crop!.right, truths, outcome], [null, null, [], null]);
  }
  judgeAnswer(db, { sampleId: 3, answer: 'x', verdict: 'right', reviewer: 'bo', at: NOW });
  assert.equal(sampleAnswers(desk.db, 3)!.crop!.judged!.reviewer, 'bo');
  submitReview(
    db,
    { sampleId: 3, predictionId: null, decision: 'reject', label: null, reviewer: 'bo', note: null },
    null,
  );
  assert.equal(sampleOutcome(desk.db, 3)!.outcome, 'both_right');
  assert.deepEqual(sampleAnswers(desk.db, 3)!.truths.length, 1);
});
