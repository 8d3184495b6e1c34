import assert from 'node:assert/strict';
import { test } from 'node:test';
import { join } from 'node:path';
import { loadPresets } from '../../../src-main/jobs/presets/presets.ts';
import { planTaps } from '../../../src-main/pipeline/passes/plan.ts';
import type { ModelProfile } from '../../../src-main/pipeline/ports.ts';
import { pruningOf } from '../../../src-main/pipeline/passes/prune.ts';
import type { Subject } from '../../../src-main/pipeline/subject/subject.ts';
import { REFERENCE_PRUNING } from '../../../src-shared/contract/preset.ts';
import { settledPreset } from '../../../src-shared/contract/rules.ts';
import type { Grid } from '../../../src-shared/kernels/types.ts';

const presets = await loadPresets(join(import.meta.dirname, '../../../models/presets'));
const qwen = presets.find(({ id }) => id === 'qwen2.5-vl-3b-natural')!;
const llava = presets.find(({ id }) => id === 'llava-1.5-7b')!;

/** Only what the rule reads. */
function subject(over: { multiHead?: boolean; rpn?: boolean; dynamicGrid?: boolean }): Subject {
  const { multiHead = true, rpn = true, dynamicGrid = true } = over;
  const branch = rpn ? { k: 1, t: 1, norm: false, multiHead } : null;
  return {
    checkpoint: { config: { rpn: branch } },
    model: { profile: { dynamicGrid } },
  } as unknown as Subject;
}

test('SD-RPN’s Qwen presets prune as the reference does, from 1,025 tokens on; LLaVA’s and Q-Zoom’s never do', () => {
  for (const preset of presets) {
    assert.deepEqual(
      preset.pruning,
      preset.family === 'qwen2_5_vl' && preset.roi.rules !== 'q-zoom' ? REFERENCE_PRUNING : undefined,
      preset.id,
    );
  }
  assert.equal(pruningOf(subject({}), qwen, [32, 32]), null);
  assert.deepEqual(pruningOf(subject({}), qwen, [41, 25]), REFERENCE_PRUNING);
});

test('nothing is pruned where the authors’ code does not', () => {
  const large: Grid = [64, 64];
  for (const over of [{ multiHead: false }, { rpn: false }, { dynamicGrid: false }]) {
    assert.equal(pruningOf(subject(over), qwen, large), null, JSON.stringify(over));
  }
  const qzoom = settledPreset(qwen, { name: 'q-zoom', cropPositions: 'own' });
  assert.equal(pruningOf(subject({}), qzoom, large), null);
  const { pruning: _, ...without } = qwen;
  assert.equal(pruningOf(subject({}), without, large), null);
});

test('a LLaVA preset that asks for it is refused', () => {
  const profile = { family: 'llava', layers: 32, heads: 32 } as ModelProfile;
  planTaps(profile, llava, []);
  assert.throws(() => planTaps(profile, { ...llava, pruning: REFERENCE_PRUNING }, []), {
    code: 'unsupported_model',
    message: /pruning with llava/,
  });
});
