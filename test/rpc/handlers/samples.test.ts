/** Samples through the contract: what a row of the list and a sample's numbers are sent with. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createBackend } from '../../../src-main/rpc/backend.ts';
import { createProject } from '../../../src-main/store/file/project.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { callsOf } from '../../support/backend-calls.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { addSamples, predict, testPrediction, testRun } from '../../support/project.ts';
import { standInResources } from '../../support/scenes.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

test('rows have answers and the time of the decision; numbers have values or reasons', async (t) => {
  const dir = temporaryDir(t);
  const path = join(dir, 'project');
  const project = await createProject(path, 'Test');
  addSamples(project, 4);
  const run = testRun(project);
  predict(project, run, 1);
  predict(project, run, 2, {
    ...testPrediction(),
    answer: ' the same\n',
    secondStage: { crop: [0, 0, 10, 10], from: 'rpn', answer: 'the same', skipped: null },
  });
  predict(project, run, 3, {
    ...testPrediction(),
    answer: 'x'.repeat(500),
    secondStage: { crop: null, from: null, answer: 'x'.repeat(500), skipped: 'no_box' },
  });
  submitReview(
    project.db,
    { sampleId: 1, predictionId: null, decision: 'reject', label: null, reviewer: 'ann', note: null },
    null,
  );
  project.close();
  const backend = await createBackend({
    engine: fakeEngine(),
    projectPath: path,
    host: 'test',
    version: '1',
    reviewer: 'ann',
    resources: await standInResources(dir),
    demoProjectDir: join(dir, 'demo'),
  });
  t.after(() => backend.dispose());
  const { call } = callsOf(backend);

  const { rows } = await call('samples.list', { filter: {}, offset: 0, limit: 10 });
  assert.deepEqual(
    rows.map(({ answer, cropAnswer }) => [answer?.slice(0, 12), cropAnswer]),
    [
      ['forty-two', { text: '42', differs: true }],
      ['the same', { text: 'the same', differs: false }],
      ['x'.repeat(12), null],
      [undefined, null],
    ],
    'without a crop there is no second answer',
  );
  assert.ok(rows[2]!.answer!.length < 200, 'a row has no room for more');
  assert.ok(Date.now() - Date.parse(rows[0]!.reviewedAt!) < 60_000);
  assert.equal(rows[1]!.reviewedAt, null);

  const { roiSize, iou } = await call('samples.histograms', { filter: { states: ['pending'] } });
  assert.equal(
    roiSize!.reduce((sum, samples) => sum + samples, 0),
    2,
    'those the filter lets through',
  );
  assert.ok(iou!.every((samples) => samples === 0));

  const scores = await call('samples.scores', { id: 1 });
  assert.equal(typeof scores.predicted.rpnMask, 'number');
  assert.equal(scores.predicted.rpnBox, 'no_rpn_box');
  assert.equal((await call('samples.scores', { id: 4 })).uncertainty, 'not_labelled');
  await assert.rejects(() => call('samples.scores', { id: 99 }), { code: 'not_found' });
});
