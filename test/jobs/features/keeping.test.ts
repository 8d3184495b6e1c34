import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { ensureFeatures } from '../../../src-main/jobs/features/ensure.ts';
import { featureEstimate } from '../../../src-main/jobs/features/estimate.ts';
import { projectFeatureStore } from '../../../src-main/jobs/features/project-features.ts';
import { runLabelJob } from '../../../src-main/jobs/label/label.ts';
import { getJob } from '../../../src-main/store/jobs/job.ts';
import { featureProject, TEXTS } from '../../support/feature-project.ts';
import { fakeEngine, fakeFeatures } from '../../support/fake-engine.ts';
import { testPreset } from '../../support/project.ts';
import { oracleCases } from '../../support/oracle.ts';
import { DEMO_CHECKPOINT } from '../../support/demo.ts';
import { loadModel } from '../../../src-main/runtime/index.ts';
import { openFolders } from '../../../src-main/checkpoint/open.ts';
import { featuresOf } from '../../../src-main/pipeline/features.ts';
import { Stopwatch } from '../../../src-main/pipeline/subject/stopwatch.ts';
import { encodeImageFile } from '../../../src-main/pipeline/subject/subject.ts';

const KEEP = { budgetBytes: null };

test('a label job keeps what an RPN reads, under the run it has without, and nothing is computed twice', async (t) => {
  const { project, dir } = await featureProject(t);
  const params = {
    model: { dir, device: 'auto' },
    preset: testPreset,
    answerMode: 'self',
    limit: 2,
  } as const;
  const engine = fakeEngine();
  const plain = await runLabelJob(project, engine, params);
  assert.equal(plain.features, null);
  const kept = await runLabelJob(project, engine, { ...params, limit: null, keepFeatures: KEEP });
  assert.equal(kept.runId, plain.runId, 'what is kept beside a label does not make it another');
  assert.deepEqual(
    engine.asked.map(({ want }) => want.featuresOf),
    [undefined, undefined, 4, 4],
  );
  const bytes = fakeFeatures('one').length * 2;
  const encodings = { count: 0, bytes: 0, reused: 0 };
  assert.deepEqual(kept.features, { count: 2, bytes, encodings, bad: null, stopped: null });
  const source = { model: params.model, preset: testPreset, layer: 4 };
  for await (const window of ensureFeatures(project, engine, source, [1, 2, 3, 4])) {
    for (const id of window.samples) assert.deepEqual(await window.encoded(id), fakeFeatures(TEXTS[id - 1]!));
  }
  assert.deepEqual(
    engine.featured.map(({ question }) => question),
    ['one', 'two'],
    'those that were labelled without',
  );
});

test('where features cannot be kept labelling goes on without, and says so once', async (t) => {
  for (const [budgetBytes, words] of [
    [100, /one sample alone/],
    [1e9, /could not be kept/],
  ] as const) {
    const { project, dir, folder } = await featureProject(t);
    if (budgetBytes > 100) {
      await projectFeatureStore(project, budgetBytes);
      rmSync(folder, { recursive: true });
      writeFileSync(folder, 'a file where the folder would be');
    }
    const params = {
      model: { dir, device: 'auto' },
      preset: testPreset,
      answerMode: 'self',
      limit: null,
      inFlight: 1,
    } as const;
    const engine = fakeEngine();
    // A budget is written down with what is kept; here nothing can be.
    const keepFeatures = { budgetBytes: budgetBytes > 100 ? null : budgetBytes };
    const report = await runLabelJob(project, engine, { ...params, keepFeatures });
    assert.deepEqual([report.done, report.failed], [4, 0]);
    assert.match(report.features!.stopped!, words);
    assert.match(getJob(project.db, report.jobId).message!, /labelled without keeping features/);
    assert.equal(engine.asked.filter(({ want }) => want.featuresOf !== undefined).length, 1);
  }
});

test('what became of encodings is summed up, trouble with them said once, and a refusal ends the keeping of both', async (t) => {
  const { project, dir, folder } = await featureProject(t);
  const engine = fakeEngine();
  const reports = [
    { reused: 1, kept: 1, keptBytes: 50, bad: null, refused: null },
    { reused: 0, kept: 1, keptBytes: 50, bad: 'it is damaged', refused: null },
    { reused: 0, kept: 0, keptBytes: 0, bad: 'it is cut short', refused: 'the disk is full' },
    { reused: 2, kept: 0, keptBytes: 0, bad: null, refused: null },
  ];
  const { label } = engine;
  engine.label = async (request, signal) => {
    const outcome = await label(request, signal);
    return { ...outcome, encodings: reports[engine.asked.length - 1]! };
  };
  const params = {
    model: { dir, device: 'auto' },
    preset: testPreset,
    answerMode: 'self',
    limit: null,
    inFlight: 1,
    keepFeatures: { budgetBytes: 1e6 },
  } as const;
  const report = await runLabelJob(project, engine, params);
  assert.deepEqual([report.done, report.failed], [4, 0]);
  const bytes = fakeFeatures('one').length * 2;
  assert.deepEqual(report.features, {
    count: 2,
    bytes,
    encodings: { count: 2, bytes: 100, reused: 3 },
    bad: { count: 2, why: 'it is cut short' },
    stopped: 'the disk is full',
  });
  assert.equal(
    getJob(project.db, report.jobId).message,
    '2 kept encodings of pictures could not be used and were computed again: it is cut short; labelled without keeping features: the disk is full',
  );
  assert.deepEqual(
    engine.asked.map(({ encodings, want }) => [encodings?.write, want.featuresOf !== undefined]),
    [
      [true, true],
      [true, true],
      [true, true],
      [false, false],
    ],
  );
  const [first] = engine.asked;
  assert.deepEqual([first?.encodings?.folder, first?.encodings?.budgetBytes], [folder, 1e6]);
});

test('a model of which nobody says where an RPN would read is refused before anything is labelled', async (t) => {
  const { project, dir } = await featureProject(t);
  const engine = fakeEngine();
  const { modelInfo } = engine;
  engine.modelInfo = async (...args) => ({ ...(await modelInfo(...args)), rpn: null });
  const preset = { ...testPreset, rpn: null };
  const params = { model: { dir, device: 'auto' }, preset, answerMode: 'self', limit: null } as const;
  await assert.rejects(runLabelJob(project, engine, { ...params, keepFeatures: KEEP }), {
    code: 'bad_input',
  });
  assert.equal(engine.asked.length, 0);
});

const [qwen] = await oracleCases('qwen2_5_vl');
for (const [name, dir] of [
  ['the demo', DEMO_CHECKPOINT],
  ['a Qwen with grids of their own', qwen!.dir],
] as const) {
  test(`${name}: the estimate before is what features take, within a tenth; then they are measured`, async (t) => {
    const { project, at } = await featureProject(t);
    const checkpoint = await openFolders({ dir });
    const model = await loadModel(checkpoint, { device: 'cpu', cpuThreads: 1 });
    t.after(() => model.dispose());
    const asked = {
      preset: testPreset,
      imagePath: at('1.png'),
      question: 'one',
      layer: model.profile.rpn!.k,
    };
    const { features } = await featuresOf({ checkpoint, model }, asked);
    const estimate = await featureEstimate(project, { dir }, null);
    assert.equal(estimate.measured, false);
    const off = Math.abs(estimate.bytesPerSample / features.length - 1);
    assert.ok(off < 0.1, `${estimate.bytesPerSample} for ${features.length}`);
    // Two questions a picture.
    const watch = new Stopwatch();
    const own = await encodeImageFile({ checkpoint, model }, at('1.png'), watch, null);
    const squareTokens = 16;
    const squared = model.profile.dynamicGrid ? squareTokens * model.profile.hiddenSize : 0;
    const more = (4 * (own.features.length + squared)) / 2;
    const both = await featureEstimate(project, { dir }, { squareTokens });
    const added = both.bytesPerSample - estimate.bytesPerSample;
    assert.ok(Math.abs(added / more - 1) < 0.1, `${added} for ${more}`);
    assert.deepEqual([estimate.keptBytes, estimate.budgetBytes], [0, 20e9]);
  });
}

test('features that are there already say how large others will be', async (t) => {
  const { project, dir } = await featureProject(t);
  const params = {
    model: { dir, device: 'auto' },
    preset: testPreset,
    answerMode: 'self',
    limit: null,
  } as const;
  await runLabelJob(project, fakeEngine(), { ...params, keepFeatures: { budgetBytes: 1e6 } });
  const bytes = fakeFeatures('one').length;
  assert.deepEqual(await featureEstimate(project, { dir }, null), {
    bytesPerSample: bytes,
    measured: true,
    keptBytes: 4 * bytes,
    budgetBytes: 1e6,
  });
});
