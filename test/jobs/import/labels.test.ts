/** Labels that come with a file: authors' pickles, as NumPy wrote them. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { decodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { squaredTransform } from '../../../src-shared/kernels/transform.ts';
import { exporters } from '../../../src-main/exporters/index.ts';
import { askAgain } from '../../../src-main/jobs/asking/again.ts';
import { exportSamples } from '../../../src-main/jobs/export/export.ts';
import { importQuestions, type ImportOptions } from '../../../src-main/jobs/import/import.ts';
import { labelAnewParams, runPrompts } from '../../../src-main/jobs/label/run-prompts.ts';
import { loadPresets } from '../../../src-main/jobs/presets/presets.ts';
import { baseOfProject } from '../../../src-main/jobs/rpn/base.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import { getPredictionMaps, predictionsOfSample } from '../../../src-main/store/predictions/prediction.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import {
  activeRunId,
  getRun,
  labellingRun,
  listRuns,
  setActiveRun,
} from '../../../src-main/store/runs/run.ts';
import { sampleIdsAfter } from '../../../src-main/store/samples/query.ts';
import { getSample } from '../../../src-main/store/samples/sample.ts';
import { sampleDetail } from '../../../src-main/store/shown/sample-detail.ts';
import { pictureProject } from '../../support/picture-project.ts';
import { testProject } from '../../support/project.ts';
import { python } from '../../support/python.ts';
import { writePng } from '../../support/scenes.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const GOLDEN = fileURLToPath(new URL('../../golden/pickles/', import.meta.url));
const PRESETS = fileURLToPath(new URL('../../../models/presets/', import.meta.url));

async function begin(
  t: TestContext,
): Promise<{ project: Project; dir: string; options: (file: string) => ImportOptions }> {
  const dir = temporaryDir(t);
  mkdirSync(join(dir, 'p'));
  for (const n of [1, 2, 3]) await writePng(join(dir, 'p', `${n}.png`));
  const presets = await loadPresets(PRESETS);
  const options = (file: string): ImportOptions => ({
    imagesDir: join(dir, 'p'),
    questionsFile: file,
    labels: { presets, presetId: null },
  });
  return { project: await testProject(t, 0), dir, options };
}

/** What a trainer derives of the file, by NumPy alone. */
async function byNumpy(file: string, variant: 'llava' | 'qwen', records: number): Promise<number[][]> {
  const sizes = Array<string>(records).fill('30x20');
  const out = await python('rederive_labels.py', [file, variant, '24', '24', ...sizes]);
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { labels: number[] }).labels);
}

const signed = (label: Uint8Array): number[] => [...new Int8Array(label)];

for (const [name, variant, preset] of [
  ['llava.pkl', 'llava', 'llava-1.5-7b'],
  ['qwen.pkl', 'qwen', 'qwen2.5-vl-7b-textual'],
] as const) {
  test(`${name}: each record is a sample with a label to review, the one that the trainer derives`, async (t) => {
    const { project, options } = await begin(t);
    const { db } = project;
    const report = await importQuestions(project, options(join(GOLDEN, name)));
    assert.equal(report.added, 2);
    assert.equal(report.labelled, 2);
    assert.equal(report.failed, 0);
    const expected = await byNumpy(join(GOLDEN, name), variant, 2);
    const ids = sampleIdsAfter(db, 0, 10);
    for (const [i, id] of ids.entries()) {
      const sample = getSample(db, id);
      assert.equal(sample.externalId, `q${i + 1}`);
      assert.equal(sample.question, `What is number ${i + 1}?`);
      assert.equal(sample.referenceAnswer, null, 'a model’s answer is no truth');
      const { prediction, state } = sampleDetail(db, id);
      assert.ok(prediction);
      assert.equal(state, 'pending');
      assert.equal(prediction.answer, `answer ${i + 1}`);
      assert.deepEqual(prediction.grid, [24, 24]);
      assert.deepEqual(prediction.transform, squaredTransform([30, 20], [24, 24]));
      assert.equal(prediction.dropped, null);
      assert.deepEqual(signed(prediction.label), expected[i]);
      assert.ok(signed(prediction.label).filter((value) => value === 1).length >= 25);
      const maps = getPredictionMaps(db, prediction.id)!;
      const grounding = decodeFloat16(maps.grounding!.bits);
      // The bright square as the file has it; the sink stays in the raw map and is gone from the denoised one.
      assert.ok(Math.abs(grounding[(9 + i) * 24 + 7 + i]! - 0.02) < 1e-4);
      assert.equal(grounding[5], 0.5);
      assert.equal(decodeFloat16(maps.denoised!.bits)[5], 0);
      assert.ok(Math.abs(decodeFloat16(maps.question!.bits)[5]! - 0.25) < 1e-3);
      assert.equal(maps.rpn, null);
      assert.ok(
        prediction.boxes.denoised.every(([x0, y0, x1, y1]) => x0 >= 0 && y0 >= 0 && x1 <= 30 && y1 <= 20),
      );
    }
    const run = getRun(db, activeRunId(db)!);
    assert.equal(run.importedFrom, name);
    assert.equal(run.modelName, `Imported from ${name}`);
    assert.equal(run.preset.id, preset);
    const again = await importQuestions(project, options(join(GOLDEN, name)));
    assert.deepEqual([again.added, again.skipped, again.labelled], [0, 2, 0]);
    assert.equal(listRuns(db).length, 1);
  });
}

test('maps that are none fail their row, and the others go in', async (t) => {
  const { project, options } = await begin(t);
  const report = await importQuestions(project, options(join(GOLDEN, 'odd.pkl')));
  assert.deepEqual([report.added, report.labelled, report.failed], [1, 1, 2]);
  assert.deepEqual(report.failures.map(({ reason }) => reason).sort(), [
    'grounding_attn_o2i: a map is flat (LLaVA, 576 values) or square (Qwen, G×G)',
    'grounding_attn_o2i: attention is finite and not negative',
  ]);
});

test('a record of Q-Zoom has its thresholds, its tags and its uid; the gate’s data is questions alone', async (t) => {
  const { project, options } = await begin(t);
  const { db } = project;
  await importQuestions(project, options(join(GOLDEN, 'qzoom.pkl')));
  assert.equal(getRun(db, activeRunId(db)!).preset.id, 'qzoom-qwen2.5-vl-7b');
  const [first] = sampleIdsAfter(db, 0, 10);
  assert.deepEqual(getSample(db, first!).tags, ['dataset:textvqa', 'mode:natural']);
  assert.equal(getSample(db, first!).externalId, 'u1');
  const report = await importQuestions(project, options(join(GOLDEN, 'gate.pkl')));
  assert.deepEqual([report.added, report.labelled], [1, 0]);
  assert.match(report.notes[0]!.reason, /answers at several budgets/);
  assert.equal(getSample(db, sampleIdsAfter(db, 0, 10)[1]!).referenceAnswer, '3');
});

test('another preset’s thresholds are a run of their own; one that is not there is refused by name', async (t) => {
  const { project, options } = await begin(t);
  const file = options(join(GOLDEN, 'llava.pkl'));
  const { presets } = file.labels!;
  const own = { ...presets.find(({ id }) => id === 'llava-1.5-7b')!, id: 'wide', name: 'Wide' };
  const wide = { ...own, labels: { ...own.labels, maxRatioLimit: 0.001 } };
  await importQuestions(project, { ...file, labels: { presets: [wide], presetId: 'wide' } });
  const [first] = sampleIdsAfter(project.db, 0, 10);
  assert.equal(sampleDetail(project.db, first!).prediction!.dropped!.rule, 'area');
  await importQuestions(project, file);
  assert.equal(listRuns(project.db).length, 2);
  assert.equal(predictionsOfSample(project.db, first!).length, 2);
  await assert.rejects(
    importQuestions(project, { ...file, labels: { presets, presetId: 'none' } }),
    (thrown) =>
      thrown instanceof FoveaError && thrown.code === 'not_found' && /preset none/.test(thrown.message),
  );
});

test('nobody asks a model about an imported label, and what a project is labelled with is a model’s run', async (t) => {
  const { project, options } = await begin(t);
  const { db } = project;
  await importQuestions(project, options(join(GOLDEN, 'llava.pkl')));
  const runId = activeRunId(db)!;
  const [first] = sampleIdsAfter(db, 0, 10);
  const refused = (thrown: unknown): boolean =>
    thrown instanceof FoveaError && thrown.code === 'bad_input' && /import|no model/.test(thrown.message);
  await assert.rejects(askAgain(project, sampleDetail(db, first!).prediction!.id), refused);
  await assert.rejects(baseOfProject(project), refused);
  assert.throws(() => labelAnewParams(project, runId), refused);
  assert.deepEqual(await runPrompts(project), []);
  assert.equal(labellingRun(db), null);
});

test('where a model has labelled already its labels stay on show, decisions too; the import’s can be chosen', async (t) => {
  const { project, dir, accept } = await pictureProject(t);
  const { db } = project;
  const before = activeRunId(db)!;
  accept(1);
  const presets = await loadPresets(PRESETS);
  const file = {
    imagesDir: join(dir, 'p'),
    questionsFile: join(GOLDEN, 'llava.pkl'),
    labels: { presets, presetId: null },
  };
  // Other questions than those that are there: samples of their own, which show what came with them.
  const report = await importQuestions(project, file);
  assert.equal(report.labelled, 2);
  assert.equal(activeRunId(db), before);
  assert.equal(labellingRun(db)!.id, before);
  const ids = sampleIdsAfter(db, 0, 10);
  assert.equal(sampleDetail(db, 1).state, 'accepted');
  const imported = sampleDetail(db, ids.at(-1)!).prediction!;
  assert.equal(getRun(db, imported.runId).importedFrom, 'llava.pkl');
  setActiveRun(db, imported.runId);
  assert.equal(labellingRun(db)!.id, before, 'labelling goes on with the model');
  assert.equal(sampleDetail(db, 1).state, 'accepted');
});

test('cancelled, nothing of it stays; a decision on an imported label does', async (t) => {
  const { project, options } = await begin(t);
  const { db } = project;
  const stop = new AbortController();
  const cancelled = (thrown: unknown): boolean => thrown instanceof FoveaError && thrown.code === 'cancelled';
  await assert.rejects(
    importQuestions(project, {
      ...options(join(GOLDEN, 'llava.pkl')),
      signal: stop.signal,
      onStop: 'take back',
      onProgress: () => stop.abort(),
    }),
    cancelled,
  );
  assert.deepEqual(sampleIdsAfter(db, 0, 10), []);
  assert.equal(activeRunId(db), null);
  await importQuestions(project, options(join(GOLDEN, 'llava.pkl')));
  const [first] = sampleIdsAfter(db, 0, 10);
  submitReview(
    db,
    { sampleId: first!, predictionId: null, label: null, reviewer: 'ann', note: null, decision: 'accept' },
    undefined,
  );
  await importQuestions(project, options(join(GOLDEN, 'llava.pkl')));
  assert.equal(sampleDetail(db, first!).state, 'accepted');
});

test('what Fovea exports for the authors’ trainer comes back with the same labels', async (t) => {
  const { project, dir, options } = await begin(t);
  await importQuestions(project, options(join(GOLDEN, 'llava.pkl')));
  const path = join(dir, 'out.pkl');
  const wish = { format: 'sdrpn', path, includeUnreviewed: true, audit: false, replace: 'nothing' } as const;
  const exported = await exportSamples(project, wish, exporters);
  assert.equal(exported.done, 2);
  const second = await testProject(t, 0);
  const report = await importQuestions(second, options(path));
  assert.deepEqual([report.added, report.labelled, report.failed], [2, 2, 0]);
  const labels = (one: Project): number[][] =>
    sampleIdsAfter(one.db, 0, 10).map((id) => signed(sampleDetail(one.db, id).prediction!.label));
  assert.deepEqual(labels(second), labels(project));
});
