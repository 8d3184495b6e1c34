import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import Database from 'better-sqlite3';
import { importQuestions } from '../../../src-main/jobs/import/import.ts';
import { mergeProject } from '../../../src-main/jobs/merge/merge.ts';
import { missingOf } from '../../../src-main/jobs/merge/plan.ts';
import { read } from '../../../src-main/store/db.ts';
import { createProject, openProject, type Project } from '../../../src-main/store/file/project.ts';
import { putPrediction } from '../../../src-main/store/predictions/prediction.ts';
import { reviewHistory, standingReview, submitReview } from '../../../src-main/store/reviews/review.ts';
import { ensureModel } from '../../../src-main/store/runs/model.ts';
import { ensurePreset } from '../../../src-main/store/runs/preset.ts';
import { ensureRun, setActiveRun } from '../../../src-main/store/runs/run.ts';
import { addNote, flagsOf, notesOf, setFlags } from '../../../src-main/store/samples/annotation.ts';
import { changeTag } from '../../../src-main/store/samples/tag.ts';
import { putMaps } from '../../../src-main/store/scores/maps.ts';
import type { Review } from '../../../src-shared/contract/domain.ts';
import { testPrediction, testPreset } from '../../support/project.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { writePng } from '../../support/scenes.ts';

const NO_MAPS = { grounding: null, sink: null, question: null, denoised: null, rpn: null };

/** A project of five questions about pictures of its own copies, each with a label. */
async function labelled(t: TestContext, dir: string, name: string): Promise<Project> {
  const imagesDir = join(dir, name, 'images');
  mkdirSync(imagesDir, { recursive: true });
  for (const [i, width] of [40, 42, 44, 46, 48].entries())
    await writePng(join(imagesDir, `${name}${i}.png`), width, 30);
  const questionsFile = join(dir, name, 'q.jsonl');
  writeFileSync(
    questionsFile,
    [0, 1, 2, 3, 4]
      .map((i) => JSON.stringify({ question_id: `q${i}`, image: `${name}${i}.png`, text: `what ${i}?` }))
      .join('\n'),
  );
  const project = await createProject(join(dir, name, 'project'), name);
  await importQuestions(project, { imagesDir, questionsFile });
  label(project);
  t.after(() => project.close());
  return project;
}

function label(project: Project): void {
  const { db } = project;
  const runId = ensureRun(db, {
    modelId: ensureModel(db, { fingerprint: 'f', dir: '/m', name: 'm', family: 'llava' }),
    presetId: ensurePreset(db, testPreset),
    settings: {},
    answerMode: 'self',
  });
  setActiveRun(db, runId);
  for (const { id } of read<{ id: number }>(db, 'SELECT id FROM sample').all()) {
    putPrediction(db, runId, id, putMaps(db, NO_MAPS), testPrediction());
  }
}

const idOf = ({ db }: Project, externalId: string): number =>
  read<{ id: number }>(db, 'SELECT id FROM sample WHERE external_id = ?').get(externalId)!.id;

function decide(
  project: Project,
  externalId: string,
  decision: 'accept' | 'correct' | 'reject' | 'reset',
  reviewer: string,
  more: { readonly label?: Uint8Array; readonly reason?: string } = {},
): void {
  const sampleId = idOf(project, externalId);
  submitReview(
    project.db,
    {
      sampleId,
      predictionId: null,
      decision,
      label: more.label ?? null,
      reviewer,
      note: null,
      reason: more.reason ?? null,
    },
    undefined,
  );
}

test('two reviewers’ projects become one: nothing here is overwritten, conflicts are listed, a dry run writes nothing', async (t) => {
  const dir = temporaryDir(t);
  const ours = await labelled(t, dir, 'a');
  const theirs = await labelled(t, dir, 'b');
  decide(ours, 'q1', 'reject', 'ann', { reason: 'blurred' });
  decide(ours, 'q2', 'accept', 'ann');
  const corrected = new Uint8Array([0, 1, 156, 156, 156, 0]);
  decide(theirs, 'q0', 'accept', 'bob');
  decide(theirs, 'q0', 'correct', 'bob', { label: corrected });
  decide(theirs, 'q1', 'accept', 'bob');
  decide(theirs, 'q2', 'accept', 'bob');
  decide(theirs, 'q3', 'reject', 'bob', { reason: 'no object' });
  addNote(theirs.db, idOf(theirs, 'q3'), 'nothing there', 'bob');
  setFlags(theirs.db, [idOf(theirs, 'q1')], ['look_again'], true, 'bob');
  changeTag(theirs.db, [idOf(theirs, 'q4')], { tag: 'night', on: true, reviewer: 'bob' });
  const history = reviewHistory(theirs.db, idOf(theirs, 'q0'));
  theirs.close();
  const from = join(dir, 'b', 'project');
  const before = readFileSync(join(from, 'project.db'));
  const version = (): unknown =>
    read(ours.db, 'SELECT (SELECT COUNT(*) FROM review) AS r, (SELECT COUNT(*) FROM sample_note) AS n').get();
  const untouched = version();

  const wanted = {
    samples: 5,
    matched: 5,
    added: 0,
    decisions: 3,
    already: 0,
    agreed: 1,
    conflicting: 1,
    notes: 1,
    flags: 1,
    tags: 1,
    left: 0,
  };
  const dry = await mergeProject(ours, { from, dryRun: true });
  for (const [name, count] of Object.entries(wanted))
    assert.equal(dry[name as keyof typeof wanted], count, name);
  assert.deepEqual(version(), untouched);

  const report = await mergeProject(ours, { from, dryRun: false });
  for (const [name, count] of Object.entries(wanted))
    assert.equal(report[name as keyof typeof wanted], count, name);
  assert.deepEqual(
    report.conflicts.map(({ id, here, there }) => [
      id,
      here.decision,
      here.reviewer,
      here.reason,
      there.decision,
      there.reviewer,
    ]),
    [['q1', 'reject', 'ann', 'blurred', 'accept', 'bob']],
  );
  assert.equal(standingReview(ours.db, idOf(ours, 'q1'))?.reviewer, 'ann');
  const taken = reviewHistory(ours.db, idOf(ours, 'q0'));
  assert.deepEqual(
    taken.map(({ decision, reviewer, createdAt, label: own }) => [decision, reviewer, createdAt, own]),
    history.map(({ decision, reviewer, createdAt, label: own }) => [decision, reviewer, createdAt, own]),
  );
  const rejected = standingReview(ours.db, idOf(ours, 'q3'));
  assert.deepEqual([rejected?.decision, rejected?.reason], ['reject', 'no object']);
  assert.equal(notesOf(ours.db, idOf(ours, 'q3'))[0]?.reviewer, 'bob');
  assert.deepEqual(flagsOf(ours.db, idOf(ours, 'q1')), ['look_again']);
  assert.deepEqual(readFileSync(join(from, 'project.db')), before, 'the other project is only read');

  const again = await mergeProject(ours, { from, dryRun: false });
  assert.deepEqual([again.decisions, again.notes, again.flags, again.tags, again.already], [0, 0, 0, 0, 2]);
});

test('decisions come to a project without labels with the labels they were made on; pictures that are not here do not come', async (t) => {
  const dir = temporaryDir(t);
  const theirs = await labelled(t, dir, 'b');
  decide(theirs, 'q0', 'accept', 'bob');
  decide(theirs, 'q4', 'reject', 'bob');
  theirs.close();
  const project = await createProject(join(dir, 'c'), 'c');
  t.after(() => project.close());
  const questionsFile = join(dir, 'c.jsonl');
  writeFileSync(
    questionsFile,
    JSON.stringify({ question_id: 'other', image: 'b0.png', text: 'something else?' }),
  );
  await importQuestions(project, { imagesDir: join(dir, 'b', 'images'), questionsFile });
  const report = await mergeProject(project, { from: join(dir, 'b', 'project'), dryRun: false });
  assert.deepEqual([report.added, report.decisions, report.left], [1, 1, 4]);
  assert.deepEqual(
    report.reasons.map(({ reason, count }) => [reason, count]),
    [['its picture is not in this project', 4]],
  );
  assert.equal(standingReview(project.db, idOf(project, 'q0'))?.decision, 'accept');
});

test('a damaged decision of the other project is left out and counted; the project itself is refused', async (t) => {
  const dir = temporaryDir(t);
  const ours = await labelled(t, dir, 'a');
  const theirs = await labelled(t, dir, 'b');
  decide(theirs, 'q0', 'accept', 'bob');
  decide(theirs, 'q1', 'reject', 'bob');
  theirs.close();
  const from = join(dir, 'odd');
  cpSync(join(dir, 'b', 'project'), from, { recursive: true });
  const db = new Database(join(from, 'project.db'));
  const { sql } = db
    .prepare("SELECT sql FROM sqlite_schema WHERE name = 'review_is_append_only_update'")
    .get() as { sql: string };
  db.exec('DROP TRIGGER review_is_append_only_update');
  db.exec("UPDATE review SET reviewer = '' WHERE decision = 'accept'");
  db.exec(sql);
  db.close();
  const report = await mergeProject(ours, { from, dryRun: false });
  assert.deepEqual([report.decisions, report.left], [1, 1]);
  assert.equal(report.reasons[0]?.reason, 'a decision there is damaged');
  await assert.rejects(mergeProject(ours, { from: ours.path, dryRun: true }), /is open here/);
  await assert.rejects(mergeProject(ours, { from: dir, dryRun: true }), /no Fovea project/);
  writeFileSync(join(from, 'project.db'), 'no database');
  await assert.rejects(mergeProject(ours, { from, dryRun: true }));
  openProject(ours.path).close();
});

test('what goes on from here is taken, what was decided apart is not', () => {
  let id = 0;
  const review = (
    decision: Review['decision'],
    reviewer: string,
    at: string,
    label: Uint8Array | null = null,
  ): Review => ({
    id: ++id,
    sampleId: 1,
    decision,
    label: label as Review['label'],
    predictionId: label === null ? null : 1,
    reviewer,
    note: null,
    reason: null,
    createdAt: at,
    batchId: null,
  });
  const [one, two, three] = [
    review('reject', 'ann', '1'),
    review('reset', 'ann', '2'),
    review('reject', 'bob', '3'),
  ];
  assert.equal(missingOf([one], []).kind, 'none');
  assert.equal(missingOf([one, two], [one]).kind, 'already');
  assert.deepEqual(missingOf([one], [one, two]), { kind: 'take', missing: [two] });
  assert.equal(missingOf([one], [three]).kind, 'agreed');
  assert.equal(missingOf([one, two], [one, three]).kind, 'conflict');
  const fg = new Uint8Array([1, 0]);
  assert.equal(
    missingOf([review('accept', 'ann', '1', fg)], [review('correct', 'bob', '2', fg)]).kind,
    'agreed',
  );
});
