/** A gate in labelling: said when labels are made, kept by the run, counted, and written out. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { exporters } from '../../../src-main/exporters/index.ts';
import { exportSamples } from '../../../src-main/jobs/export/export.ts';
import { runLabelJob } from '../../../src-main/jobs/label/label.ts';
import { runStandings } from '../../../src-main/store/shown/run-list.ts';
import { listRuns } from '../../../src-main/store/runs/run.ts';
import { gatedPreset } from '../../../src-shared/contract/rules.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { testPreset, testProject } from '../../support/project.ts';

const GATE = { by: 'weakest', threshold: 0.5 } as const;

test('what a gate left out is in the sample, counted in the run, and in the export', async (t) => {
  const project = await testProject(t, 4);
  const dir = join(project.path, '../model');
  mkdirSync(dir);
  writeFileSync(join(dir, 'config.json'), '{}');
  const engine = fakeEngine();
  const { label } = engine;
  let asked = 0;
  engine.label = async (...args) => {
    const outcome = await label(...args);
    assert.deepEqual(args[0].preset.gate, GATE);
    const gate = { ...GATE, need: asked++ % 2 === 0 ? 0.25 : 0.75 };
    const { answer } = outcome;
    return gate.need < gate.threshold
      ? { ...outcome, secondStage: { crop: null, from: null, answer, skipped: 'not_needed', gate } }
      : { ...outcome, secondStage: { ...outcome.secondStage!, gate } };
  };
  const params = {
    model: { dir, device: 'auto' },
    preset: { ...testPreset, gate: GATE },
    answerMode: 'self',
    limit: null,
  } as const;
  const report = await runLabelJob(project, engine, params);
  assert.deepEqual([report.done, report.gated], [4, 2]);
  assert.equal(runStandings(project)[0]!.gated, 2);
  const [run] = listRuns(project.db);
  assert.deepEqual(run!.preset.gate, GATE);
  const path = join(project.path, '../out.jsonl');
  await exportSamples(project, { format: 'jsonl', path, includeUnreviewed: true, replace: 'own' }, exporters);
  const stages = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map(
      (line) =>
        (JSON.parse(line) as { prediction: { second_stage: Record<string, unknown> } }).prediction
          .second_stage,
    );
  assert.deepEqual(
    stages.map(({ skipped, gate }) => [skipped, (gate as { need: number }).need]),
    [
      ['not_needed', 0.25],
      [null, 0.75],
      ['not_needed', 0.25],
      [null, 0.75],
    ],
  );
  // Without a gate it is another run, which has none to count by.
  const plain = await runLabelJob(project, fakeEngine(), { ...params, preset: testPreset });
  assert.deepEqual([plain.done, plain.gated, listRuns(project.db).length], [4, null, 2]);
  // A gate by the model's own answer has nothing to go by where answers are given.
  await assert.rejects(runLabelJob(project, fakeEngine(), { ...params, answerMode: 'teacher' }), {
    code: 'bad_input',
    message: /answers are given/,
  });
});

test('where a preset names no gate the checkpoint’s own holds, if it carries one', () => {
  assert.deepEqual(gatedPreset(testPreset, 0.05).gate, { by: 'trained', threshold: 0.05 });
  assert.equal(gatedPreset(testPreset, undefined), testPreset);
  const named = { ...testPreset, gate: GATE };
  assert.equal(gatedPreset(named, 0.05), named);
  const none = { ...testPreset, gate: null };
  assert.equal(gatedPreset(none, 0.05), none);
  assert.deepEqual(gatedPreset(none, undefined), testPreset);
});
