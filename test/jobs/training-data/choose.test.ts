import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import * as choosing from '../../../src-main/jobs/training-data/choose.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import type { TrainingDataWish } from '../../../src-shared/contract/training.ts';
import { removeSamples } from '../../../src-main/store/samples/removal.ts';
import { transact } from '../../../src-main/store/db.ts';
import { getTrainingRun } from '../../../src-main/store/training/training-run.ts';
import { trainingExamples, trainingSamplesAfter } from '../../../src-main/store/training/training-sample.ts';
import { BG, FG, IGNORE } from '../../../src-shared/kernels/types.ts';
import { predict, testPrediction, testRun } from '../../support/project.ts';
import { testTrainingRun } from '../../support/training.ts';
import { scene, scenes, trainingProject } from '../../support/training-project.ts';

const { freezeTrainingData } = choosing;
/** Looking at the files takes a thread: one test does. */
const chooseTrainingData = (project: Project, wish: TrainingDataWish) =>
  choosing.chooseTrainingData(project, wish, { picturesAreKnown: true });
const label = (values: readonly number[]) => ({ ...testPrediction(), labels: Int8Array.from(values) });

test('reviewed: accepted and corrected labels alone, and everything else is counted by why it is left out', async (t) => {
  const { project, runId, accept, correct, reject } = await trainingProject(t, await scenes(9));
  predict(project, runId, 7, {
    ...label(Array(6).fill(IGNORE)),
    dropped: { rule: 'area', value: 1, limit: 0.5 },
  });
  predict(project, runId, 8, label(Array(6).fill(IGNORE)));
  for (const id of [1, 2, 3]) accept(id);
  const revision = correct(4);
  reject(5);
  const { counts, samples } = await chooseTrainingData(project, { labels: 'reviewed', heldOut: 0 });
  assert.deepEqual(counts.train, { accepted: 3, corrected: 1, pseudo: 0 });
  assert.deepEqual(counts.leftOut, { rejected: 1, not_reviewed: 4 });
  const rows = [...samples()];
  assert.deepEqual(
    rows.map(({ sampleId, kind, weight }) => [sampleId, kind, weight]),
    [
      [1, 'accepted', 1],
      [2, 'accepted', 1],
      [3, 'accepted', 1],
      [4, 'corrected', 1],
    ],
  );
  assert.equal(rows[3]!.reviewId, revision);
  const mixed = await chooseTrainingData(project, { labels: 'mixed', pseudoWeight: 0.5, heldOut: 0 });
  assert.deepEqual(mixed.counts.train, { accepted: 3, corrected: 1, pseudo: 2 });
  assert.deepEqual(mixed.counts.leftOut, { rejected: 1, dropped: 1, all_ignore: 1 });
  assert.deepEqual(
    [...mixed.samples()].map(({ weight }) => weight),
    [1, 1, 1, 1, 0.5, 0.5],
  );
});

test('pseudo: learned from as predicted, decisions or not, and measured with what a person stands behind', async (t) => {
  const { project, correct, reject } = await trainingProject(t, await scenes(12));
  for (const id of [1, 2, 3, 4]) correct(id);
  reject(5);
  const choice = await chooseTrainingData(project, { labels: 'pseudo', heldOut: 0.25, seed: 3 });
  const id = testTrainingRun(project.db);
  await freezeTrainingData(project, id, choice);
  const rows = trainingSamplesAfter(project.db, id, 0, 99);
  assert.deepEqual(rows, [...choice.samples()]);
  assert.equal(rows.length, 11);
  for (const { part, kind, sampleId, reviewId } of rows) {
    const corrected = sampleId <= 4 && part === 'held_out';
    assert.equal(kind, corrected ? 'corrected' : 'pseudo', `sample ${sampleId} of ${part}`);
    assert.equal(reviewId !== null, corrected);
  }
  assert.deepEqual(choice.counts.heldOut, { accepted: 0, corrected: 1, pseudo: 2 });
  const held = rows.find(({ kind }) => kind === 'corrected')!;
  const [example] = trainingExamples(project.db, id, [held.sampleId]);
  assert.deepEqual([...example!.labels], [1, 1, 0, 0, 0, 0]);
  const { counts, dataSha256 } = getTrainingRun(project.db, id);
  assert.deepEqual(counts, choice.counts);
  assert.equal(dataSha256, Buffer.from(choice.sha256).toString('hex'));
});

test('near-duplicates never lie in both parts, and the same seed gives the same list to the byte', async (t) => {
  const pictures: Record<string, Buffer> = {};
  for (let n = 1; n <= 12; n++) pictures[`${n}.png`] = await scene(Math.ceil(n / 3), 40 + n);
  const { project } = await trainingProject(t, pictures);
  for (let seed = 0; seed < 2; seed++) {
    const wish = { labels: 'pseudo', heldOut: 0.3, seed } as const;
    const { counts, samples, sha256 } = await chooseTrainingData(project, wish);
    const parts = new Map<number, Set<string>>();
    for (const { sampleId, part } of samples()) {
      const of = Math.ceil(sampleId / 3);
      parts.set(of, (parts.get(of) ?? new Set()).add(part));
    }
    for (const [of, found] of parts) assert.equal(found.size, 1, `scene ${of} is in both parts`);
    assert.deepEqual(counts.groups, { train: 3, heldOut: 1 });
    assert.equal(counts.nearDuplicates, 12);
    assert.deepEqual((await chooseTrainingData(project, wish)).sha256, sha256);
  }
  const none = await chooseTrainingData(project, { labels: 'pseudo', heldOut: 0 });
  assert.deepEqual(none.counts.groups, { train: 4, heldOut: 0 });
});

test('only right answers: compared with the truth of the data, wrong and missing ones counted', async (t) => {
  const answers = ['Forty-two.', 'seven', null, 'forty two'];
  const { project } = await trainingProject(t, await scenes(4), answers);
  const choice = await chooseTrainingData(project, { labels: 'pseudo', rightAnswersOnly: true, heldOut: 0 });
  assert.deepEqual(
    [...choice.samples()].map(({ sampleId }) => sampleId),
    [1, 4],
  );
  assert.deepEqual(choice.counts.leftOut, { wrong_answer: 1, no_answer_to_compare: 1 });
});

test('pictures that changed, vanished or are broken are left out, whatever was decided on them', async (t) => {
  const { project, at, accept } = await trainingProject(t, await scenes(6));
  for (let id = 1; id <= 6; id++) accept(id);
  writeFileSync(at('1.png'), await scene(99, 70));
  rmSync(at('2.png'));
  // The header is whole, the pixels are not.
  writeFileSync(at('3.png'), readFileSync(at('3.png')).subarray(0, 400));
  const { counts } = await choosing.chooseTrainingData(project, { labels: 'reviewed', heldOut: 0 });
  assert.deepEqual(counts.train, { accepted: 3, corrected: 0, pseudo: 0 });
  const { picture_changed: changed = 0, picture_unreadable: unreadable = 0 } = counts.leftOut;
  assert.equal(changed + unreadable, 3);
  assert.ok(changed >= 1 && unreadable >= 1);
});

test("another run's predictions count where they are asked for", async (t) => {
  const { project, correct } = await trainingProject(t, await scenes(3));
  const other = testRun(project, 'f2');
  const [one] = [
    predict(project, other, 1, testPrediction(3)),
    predict(project, other, 2, testPrediction(4)),
  ];
  correct(2);
  const { samples, counts } = await chooseTrainingData(project, {
    labels: 'mixed',
    runId: other,
    heldOut: 0,
  });
  const rows = [...samples()];
  assert.deepEqual(
    rows.map(({ sampleId, kind }) => [sampleId, kind]),
    [
      [1, 'pseudo'],
      [2, 'corrected'],
    ],
  );
  assert.equal(rows[0]!.predictionId, one);
  assert.deepEqual(counts.leftOut, { not_labelled: 1 });
});

test('nothing to learn from, one picture, one class: refused with the reason and the next step', async (t) => {
  const one = await scene(1);
  const { project, runId, reject } = await trainingProject(t, { '1.png': one, '2.png': one });
  const choose = (wish: Partial<TrainingDataWish>) =>
    chooseTrainingData(project, { labels: 'pseudo', ...wish });
  await assert.rejects(choose({ labels: 'reviewed' }), {
    code: 'bad_input',
    message: /2 not reviewed/,
    next: /mixed/,
  });
  await assert.rejects(choose({}), { code: 'bad_input', message: /look the same/ });
  assert.equal((await choose({ heldOut: 0 })).counts.train.pseudo, 2);
  for (const [id, values] of [
    [1, [FG, IGNORE]],
    [2, [FG, FG]],
  ] as const) {
    predict(project, runId, id, label([...values, IGNORE, IGNORE, IGNORE, IGNORE]));
  }
  await assert.rejects(choose({ heldOut: 0 }), {
    code: 'bad_input',
    message: /none of the 2 labels .* background/,
  });
  predict(project, runId, 2, label([BG, BG, BG, BG, IGNORE, IGNORE]));
  // A label without foreground teaches where not to look, beside one that has some.
  assert.equal((await choose({ heldOut: 0 })).counts.train.pseudo, 2);
  await assert.rejects(choose({ heldOut: 0, bothClassesOnly: true }), {
    code: 'bad_input',
    message: /2 one class/,
  });
  reject(1);
  reject(2);
  await assert.rejects(choose({}), { code: 'bad_input', message: /2 rejected/ });
  transact(project.db, () => removeSamples(project.db, [1, 2]));
  await assert.rejects(choose({}), { code: 'bad_input', message: /no samples/ });
});

test('a choice that was cut off is made anew', async (t) => {
  const { project, reject } = await trainingProject(t, await scenes(3));
  const id = testTrainingRun(project.db);
  await freezeTrainingData(project, id, await chooseTrainingData(project, { labels: 'pseudo', heldOut: 0 }));
  reject(2);
  await freezeTrainingData(project, id, await chooseTrainingData(project, { labels: 'pseudo', heldOut: 0 }));
  assert.deepEqual(
    trainingSamplesAfter(project.db, id, 0, 9).map(({ sampleId }) => sampleId),
    [1, 3],
  );
});
