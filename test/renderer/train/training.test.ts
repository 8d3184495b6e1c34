import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countLines, featureWords, progressWords, stepsWords } from '../../../src-renderer/train/training.ts';
import type { TrainingPlan } from '../../../src-shared/contract/procedures.ts';
import { trainingLeftOutSchema, type TrainingCounts } from '../../../src-shared/contract/training.ts';
import { testSettings } from '../../support/training.ts';

const counts: TrainingCounts = {
  train: { accepted: 0, corrected: 3, pseudo: 7 },
  heldOut: { accepted: 1, corrected: 1, pseudo: 0 },
  groups: { train: 7, heldOut: 1 },
  nearDuplicates: 4,
  leftOut: { rejected: 1, dropped: 12 },
};
const plan: TrainingPlan = {
  model: { name: 'm', dir: '/m', adapterDir: null },
  from: { rpnId: null, k: 1, t: 2 },
  settings: { ...testSettings, steps: 100, batch: 2, measureEvery: 5 },
  counts,
  features: { bytesPerSample: 1e6, measured: true, keptBytes: 0, budgetBytes: 20e9 },
  problem: null,
};

test('counts are said by whose label it is, with every reason why one is left out', () => {
  const lines = Object.fromEntries(countLines(counts).map(({ words, value }) => [words, value]));
  assert.equal(lines['Learns from'], '10 samples (3 corrected, 7 predicted) of 7 pictures');
  assert.equal(lines['Held out'], '2 samples (1 corrected, 1 accepted) of 1 picture');
  assert.equal(lines['Left out'], '12 dropped by a label rule, 1 rejected');
  assert.match(lines['Alike']!, /^4 pictures/);
  for (const reason of trainingLeftOutSchema.options) {
    const [, , out] = countLines({ ...counts, nearDuplicates: 0, leftOut: { [reason]: 2 } });
    assert.match(out!.value, /^2 [a-z ]+$/, reason);
  }
  const none = { accepted: 0, corrected: 0, pseudo: 0 };
  assert.match(countLines({ ...counts, heldOut: none })[1]!.value, /nothing can be measured/);
});

test('settings and features are said in what they come to', () => {
  assert.equal(stepsWords(plan), '100 steps of 2 samples: each about 20×; measured every 5 steps');
  const many = { ...plan.settings!, steps: 1_000_000 };
  assert.match(
    stepsWords({ ...plan, settings: many })!,
    /^1,000,000 steps of 2 samples: each about 200,000×/,
  );
  assert.equal(stepsWords({ ...plan, settings: null }), null);
  assert.match(
    featureWords(plan)!,
    /^About 12\.0 MB on disk, of 20\.0 GB\. What is missing is computed first\.$/,
  );
  assert.match(
    featureWords({ ...plan, features: { ...plan.features!, budgetBytes: 1e6 } })!,
    /more than the limit/,
  );
  assert.equal(featureWords({ ...plan, counts: null }), null);
  assert.equal(progressWords(120, 400, 125), '120 of 400 steps, 2 min 5 s left');
  assert.equal(progressWords(1, 1, null), '1 of 1 step');
});
