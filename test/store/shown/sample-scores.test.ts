/** The numbers of one sample, of what is stored. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { read, transact, write } from '../../../src-main/store/db.ts';
import { putMaps } from '../../../src-main/store/scores/maps.ts';
import { putPrediction } from '../../../src-main/store/predictions/prediction.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { sampleScores } from '../../../src-main/store/shown/sample-scores.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import { testPrediction, testProject, testRun } from '../../support/project.ts';

/** 2 × 3 tokens of 10 pixels on a picture of 30 × 20; the RPN sees the two on the left of the first row. */
function predictBeside(
  project: Project,
  sampleId: number,
  change: Partial<ReturnType<typeof testPrediction>> = {},
): void {
  const { db } = project;
  const run = read<{ id: number }>(db, 'SELECT id FROM run').get()!.id;
  const found = {
    ...testPrediction(),
    labels: Int8Array.from([1, 0, 0, 0, 0, 0]),
    boxes: { raw: [], denoised: [], rpn: [[0, 0, 20, 10] as const] },
    ...change,
  };
  const place = { grid: found.grid, transform: found.transform };
  const rpn = { ...place, bits: encodeFloat16([8, 8, -8, -8, -8, -8]) };
  const key = putMaps(db, { grounding: null, sink: null, question: null, denoised: null, rpn });
  transact(db, () => putPrediction(db, run, sampleId, key, found));
}

/** The true box of one sample. */
function truth(project: Project, sampleId: number, boxes: readonly (readonly number[])[]): void {
  write(project.db, 'UPDATE sample SET truth_boxes = ? WHERE id = ?').run(JSON.stringify(boxes), sampleId);
}

test('label, RPN and truth are held against each other, before and after a correction', async (t) => {
  const project = await testProject(t, 1);
  testRun(project);
  truth(project, 1, [[0, 0, 20, 10]]);
  predictBeside(project, 1);
  const { predicted, corrected, uncertainty } = sampleScores(project.db, 1);
  assert.deepEqual(predicted, { rpnMask: 0.5, rpnBox: 0.5, truthMask: 0.5, truthBox: 0.5, roiSize: 1 / 6 });
  assert.equal(corrected, null);
  assert.ok(typeof uncertainty === 'number' && uncertainty < 0.01, 'far from the threshold');
  const { disagreement } = read<{ disagreement: number }>(
    project.db,
    'SELECT disagreement FROM sample_state WHERE sample_id = 1',
  ).get()!;
  assert.equal(predicted.rpnMask, 1 - disagreement, 'as the list has it');

  const label = new Uint8Array(Int8Array.from([1, 1, 0, 0, 0, 0]).buffer);
  submitReview(
    project.db,
    { sampleId: 1, predictionId: null, decision: 'correct', label, reviewer: 'ann', note: null },
    null,
  );
  const after = sampleScores(project.db, 1);
  assert.deepEqual(after.predicted, predicted, 'what was predicted stays');
  assert.deepEqual(after.corrected, {
    rpnMask: 1,
    rpnBox: 1,
    truthMask: 1,
    truthBox: 1,
    roiSize: 1 / 3,
    iou: 0.5,
  });
});

test('a number that is not there says why', async (t) => {
  const project = await testProject(t, 5);
  testRun(project);
  const reasons = (id: number) => sampleScores(project.db, id);
  assert.equal(reasons(1).uncertainty, 'not_labelled');
  assert.equal(reasons(1).predicted.truthMask, 'not_labelled');

  truth(project, 2, []);
  predictBeside(project, 2, {
    labels: new Int8Array(6).fill(-100),
    dropped: { rule: 'area', value: 0.6, limit: 0.5 },
    boxes: { raw: [], denoised: [], rpn: [] },
  });
  assert.deepEqual(reasons(2).predicted, {
    rpnMask: 'dropped',
    rpnBox: 'no_rpn_box',
    truthMask: 'no_truth',
    truthBox: 'no_truth',
    roiSize: 'dropped',
  });

  predictBeside(project, 3, { labels: new Int8Array(6) });
  write(
    project.db,
    'UPDATE image SET version = 2 WHERE id = (SELECT image_id FROM sample WHERE id = 3)',
  ).run();
  assert.deepEqual(reasons(3).predicted, {
    rpnMask: 0,
    rpnBox: 'no_foreground',
    truthMask: 'truth_of_other_picture',
    truthBox: 'truth_of_other_picture',
    roiSize: 'no_foreground',
  });

  predictBeside(project, 4);
  write(project.db, 'DELETE FROM maps.map_set').run();
  assert.deepEqual([reasons(4).predicted.rpnMask, reasons(4).uncertainty], ['maps_lost', 'maps_lost']);
  assert.equal(reasons(4).predicted.rpnBox, 0.5, 'boxes are kept with the prediction');
  assert.throws(
    () => sampleScores(project.db, 99),
    (thrown) => thrown instanceof FoveaError && thrown.code === 'not_found',
  );
});
