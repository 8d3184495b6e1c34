import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { Exporter, ExportSample } from '../../../src-main/exporters/types.ts';
import { exportSamples } from '../../../src-main/jobs/export/export.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { predict, testPrediction, testProject, testRun } from '../../support/project.ts';

/** Keeps what it is fed; the real formats have their own tests. */
function collector(during: () => void = () => {}): { exporter: Exporter; samples: ExportSample[] } {
  const samples: ExportSample[] = [];
  const exporter: Exporter = {
    format: 'jsonl',
    async export(source, path, { beforePlacing }) {
      for await (const sample of source) {
        // Its maps are there to be read while it goes out, and not afterwards.
        samples.push({ ...sample, prediction: sample.prediction && { ...sample.prediction } });
        if (samples.length === 1) during();
      }
      await beforePlacing?.();
      writeFileSync(path, 'made');
      return { done: samples.length, skipped: {}, notes: { seen: samples.length }, runs: {} };
    },
  };
  return { exporter, samples };
}

test('every sample is fed with the revision that stands and the prediction it started from', async (t) => {
  const project = await testProject(t, 4);
  const { db } = project;
  const first = testRun(project, 'one');
  const old = predict(project, first, 1, testPrediction(0));
  submitReview(
    db,
    { sampleId: 1, predictionId: old, decision: 'accept', label: null, reviewer: 'a', note: 'n' },
    null,
  );
  const second = testRun(project, 'two');
  predict(project, second, 1, testPrediction(3));
  const shown = predict(project, second, 2, testPrediction(2));
  submitReview(
    db,
    { sampleId: 3, predictionId: null, decision: 'reject', label: null, reviewer: 'a', note: null },
    null,
  );
  const { exporter, samples } = collector(() =>
    submitReview(
      db,
      { sampleId: 2, predictionId: null, decision: 'reject', label: null, reviewer: 'late', note: null },
      null,
    ),
  );
  const path = join(dirname(project.path), 'out.jsonl');
  const report = await exportSamples(
    project,
    { format: 'jsonl', path, includeUnreviewed: false, replace: 'own' },
    [exporter],
  );
  assert.deepEqual([report.done, report.path, report.notes], [4, path, { seen: 4 }]);
  assert.deepEqual(
    samples.map((s) => [s.sampleId, s.externalId, s.state, s.run?.id, s.prediction?.id, s.review?.decision]),
    [
      [1, 'q1', 'accepted', first, old, 'accept'],
      // Decided while the export ran: the export shows the project as it was when it began.
      [2, 'q2', 'pending', second, shown, undefined],
      [3, 'q3', 'rejected', undefined, undefined, 'reject'],
      [4, 'q4', 'unlabelled', undefined, undefined, undefined],
    ],
  );
  assert.deepEqual(samples[0].review!.label, testPrediction(0).labels);
  assert.deepEqual(
    samples[0].prediction!.maps.grounding?.bits,
    Uint16Array.from({ length: 6 }, (_, i) => 0x3000 + i),
  );
  assert.deepEqual(samples[0].image, {
    name: '1.png',
    folder: join(project.path, 'images'),
    path: join(project.path, 'images', '1.png'),
    width: 30,
    height: 20,
  });
  await assert.rejects(
    exportSamples(project, { format: 'coco', path, includeUnreviewed: false, replace: 'own' }, [exporter]),
    { code: 'bad_input' },
  );
  assert.equal(readFileSync(path, 'utf8'), 'made');
});
