import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { compareVersions } from '../../../src-main/jobs/rpn/compare.ts';
import type { Kept } from '../../../src-main/jobs/rpn/measured.ts';
import { chooseTrainingData, freezeTrainingData } from '../../../src-main/jobs/training-data/choose.ts';
import { checkInThread } from '../../../src-main/jobs/pictures/in-thread.ts';
import { noteTrainedRpn } from '../../../src-main/store/training/training-run.ts';
import { trainingSampleIds } from '../../../src-main/store/training/training-sample.ts';
import type { Compared } from '../../../src-shared/contract/training.ts';
import { predictMaps } from '../../support/map-prediction.ts';
import { testRun } from '../../support/project.ts';
import { testRpn, testTrainingRun } from '../../support/training.ts';
import { scene, scenes, trainingProject } from '../../support/training-project.ts';

const GOOD = [3, 2, -3, -3, -3, -3];
const HALF = [3, -3, 2, -3, -3, -3];
const BAD = [-3, -3, 3, 3, 3, 3];
const side = (name: string, runId: number, rpnId: number | null = null): Compared => ({
  kind: 'version',
  rpnId,
  name,
  runId,
});

/** Six corrected samples, the first two cells foreground; two runs of which the first is right. */
async function twoRuns(t: TestContext, pictures?: Record<string, Buffer>) {
  const made = await trainingProject(t, pictures ?? (await scenes(6)));
  const { project } = made;
  const [a, b] = [testRun(project, 'a'), testRun(project, 'b')];
  for (let id = 1; id <= 6; id++) {
    predictMaps(project, a, id, { rpn: GOOD, denoised: HALF, box: [0, 0, 20, 10] });
    predictMaps(project, b, id, { rpn: id === 1 ? GOOD : id === 2 ? HALF : BAD, box: [0, 0, 10, 10] });
  }
  for (let id = 1; id <= 6; id++) made.correct(id);
  return { ...made, a, b };
}

test('means, differences with their interval, and who wins where, on the samples that both have', async (t) => {
  const { project, a, b } = await twoRuns(t);
  const sides = [side('a', a), side('b', b)] as const;
  const { comparison, samples } = await compareVersions(project, sides, { against: 'corrected' });
  const { auc, iou, boxRecall } = comparison;
  assert.deepEqual([comparison.samples, comparison.leftOut], [6, {}]);
  assert.equal(auc!.a, 1);
  assert.ok(Math.abs(auc!.b - (1 + 11 / 16) / 6) < 1e-9);
  assert.deepEqual(auc!.wins, { a: 5, b: 0, ties: 1 });
  assert.ok(auc!.low > 0 && auc!.low < auc!.difference && auc!.difference < auc!.high);
  assert.deepEqual([iou!.a, boxRecall!.a, boxRecall!.b, boxRecall!.low], [1, 1, 0.5, 0.5]);
  assert.deepEqual(
    samples.map((sample) => sample.b.auc),
    [1, 0.6875, 0, 0, 0, 0],
  );
  const turned = await compareVersions(project, [sides[1], sides[0]], { against: 'corrected' });
  assert.ok(Math.abs(turned.comparison.auc!.low + auc!.high) < 1e-12);
  assert.deepEqual((await compareVersions(project, sides, { against: 'corrected' })).comparison, comparison);
});

test('beside the teacher: its map against the branch, without a threshold', async (t) => {
  const { project, a } = await twoRuns(t);
  const teacher: Compared = { kind: 'teacher', rpnId: null, name: 'teacher', runId: a };
  const { comparison } = await compareVersions(project, [side('a', a), teacher], { against: 'corrected' });
  assert.deepEqual([comparison.auc!.a, comparison.auc!.b], [1, 0.6875]);
  assert.equal(comparison.iou, null);
});

test('what is left out is counted by why: nothing known, no map, another picture', async (t) => {
  const { project, a, b, at, accept } = await twoRuns(t);
  accept(3);
  predictMaps(project, b, 2, { rpn: null });
  writeFileSync(at('1.png'), await scene(77, 90));
  await checkInThread(project, false);
  const sides = [side('a', a), side('b', b)] as const;
  const { comparison } = await compareVersions(project, sides, { against: 'corrected' });
  assert.equal(comparison.samples, 3);
  assert.deepEqual(comparison.leftOut, { picture_changed: 1, no_map: 1, nothing_known: 1 });
  await assert.rejects(compareVersions(project, sides, { against: 'truth' }), {
    code: 'bad_input',
    message: /5 nothing known/,
  });
  const none = testRun(project, 'c');
  await assert.rejects(compareVersions(project, [sides[0], side('c', none)], { against: 'corrected' }), {
    code: 'bad_input',
    message: /no sample was predicted with both/,
  });
});

test('samples that a version or its parent learned from are left out, and so are copies of their pictures', async (t) => {
  const pictures: Record<string, Buffer> = {};
  for (let n = 1; n <= 6; n++) pictures[`${n}.png`] = await scene(Math.ceil(n / 2), 50 + n);
  const { project, a, b, reject, correct } = await twoRuns(t, pictures);
  const { db } = project;
  // The even ones have copies of the odd ones' pictures, and are not in the list.
  const trained = testTrainingRun(db);
  for (const id of [2, 4, 6]) reject(id);
  const choice = await chooseTrainingData(
    project,
    { labels: 'reviewed', heldOut: 0.4 },
    { picturesAreKnown: true },
  );
  await freezeTrainingData(project, trained, choice);
  const parent = testRpn(db, 'parent');
  noteTrainedRpn(db, trained, parent, null);
  const child = testRpn(db, 'child', parent);
  const held = trainingSampleIds(db, trained, 'held_out');
  assert.equal(held.length, 1);
  for (const id of [2, 4, 6]) correct(id);
  const sides = [side('child', a, child), side('b', b)] as const;
  const { comparison, samples } = await compareVersions(project, sides, { against: 'corrected' });
  assert.deepEqual(
    samples.map(({ sampleId }) => sampleId),
    [held[0], held[0]! + 1],
  );
  assert.deepEqual(comparison.leftOut, { learned_from: 4 });
  assert.deepEqual(comparison.known, { held_out: 0, unseen: 2, all: 6 });
  assert.deepEqual(
    samples.map(({ heldOut }) => heldOut),
    [false, false],
    'the run of the parent held it out, not one of its own',
  );
  const all = await compareVersions(project, sides, { against: 'corrected', over: 'all' });
  assert.equal(all.comparison.samples, 6);

  const own = [side('parent', a, parent), side('b', b)] as const;
  const told = await compareVersions(project, own, { against: 'corrected', over: null });
  assert.deepEqual([told.comparison.over, told.comparison.samples], ['held_out', 1]);
  assert.deepEqual(told.comparison.leftOut, { learned_from: 4, not_held_out: 1 });
  assert.deepEqual([told.samples[0]!.sampleId, told.samples[0]!.heldOut], [held[0], true]);
  reject(held[0]!);
  const without = await compareVersions(project, own, { against: 'corrected', over: null });
  assert.deepEqual([without.comparison.over, without.comparison.known.held_out], ['unseen', 0]);
});

test('against all that people stand behind, accepted labels too: never for the teacher, whose own they are', async (t) => {
  const { project, a, b, accept } = await twoRuns(t);
  accept(3);
  const sides = [side('a', a), side('b', b)] as const;
  const count = async (against: 'corrected' | 'reviewed'): Promise<number> =>
    (await compareVersions(project, sides, { against })).comparison.samples;
  assert.deepEqual([await count('corrected'), await count('reviewed')], [5, 6]);
  const teacher: Compared = { kind: 'teacher', rpnId: null, name: 'teacher', runId: a };
  await assert.rejects(compareVersions(project, [side('b', b), teacher], { against: 'reviewed' }), {
    code: 'bad_input',
  });
});

test('what was measured once is measured again only where a map, a decision or a box is another one', async (t) => {
  const { project, a, b, correct } = await twoRuns(t);
  const sides = [side('a', a), side('b', b)] as const;
  const kept: Kept = new Map();
  const ask = async () => (await compareVersions(project, sides, { against: 'corrected', kept })).samples;
  const first = await ask();
  const before = new Map(kept);
  correct(2, [0, 0, 0, 0, 1, 1]);
  predictMaps(project, b, 4, { rpn: GOOD });
  const second = await ask();
  const anew = [...kept.keys()].filter((id) => kept.get(id) !== before.get(id));
  assert.deepEqual(anew, [2, 4]);
  assert.deepEqual([first[3]!.b.auc, second[3]!.b.auc], [0, 1]);
  assert.deepEqual(await ask(), (await compareVersions(project, sides, { against: 'corrected' })).samples);
});
