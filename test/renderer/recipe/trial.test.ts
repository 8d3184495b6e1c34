import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recipeOf, withValue, type Recipe } from '../../../src-renderer/recipe/recipe.ts';
import { TrialMaps } from '../../../src-renderer/recipe/trial.ts';
import type { PredictionMaps } from '../../../src-shared/contract/domain.ts';
import {
  decodeFloat16,
  encodeFloat16,
  float16FromBytes,
  float16ToBytes,
} from '../../../src-shared/kernels/float16.ts';
import { squaredTransform } from '../../../src-shared/kernels/transform.ts';
import type { Grid } from '../../../src-shared/kernels/types.ts';
import { testPreset } from '../../support/project.ts';
import { seededRandom } from '../../support/random.ts';

const SEED = 17;
const GRID: Grid = [12, 12];
const SIZE = [90, 60] as const;

function maps(random: () => number, empty = false): PredictionMaps {
  const transform = squaredTransform(SIZE, GRID);
  const map = (power: number, scale = 1, shift = 0) => {
    const values = Float64Array.from({ length: 144 }, () => random() ** power * scale + shift);
    return {
      grid: [12, 12] as [number, number],
      transform,
      data: new Uint8Array(float16ToBytes(encodeFloat16(values))),
    };
  };
  return {
    predictionId: 1,
    grounding: empty ? null : map(6, 0.1),
    sink: empty ? null : map(8, 0.01),
    question: null,
    denoised: empty ? null : map(6, 0.1),
    rpn: map(1, 8, -4),
  };
}

const prediction = {
  grid: [12, 12] as [number, number],
  transform: squaredTransform(SIZE, GRID),
  boxes: { raw: [], denoised: [], rpn: [] },
};

test(`a long row of turns ends where each recipe alone would (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  for (const variant of ['llava', 'qwen'] as const) {
    const stored = maps(random);
    const start: Recipe = recipeOf({
      ...testPreset,
      labels: { ...testPreset.labels, variant },
      roi: { ...testPreset.roi, variant, form: 'mask' },
    });
    const fresh = () => new TrialMaps(prediction, stored, start.roi, SIZE);
    const turned = fresh();
    let recipe = start;
    let mean: Float64Array | null = null;
    let sink: Float64Array | null | undefined = undefined;
    for (let turn = 0; turn < 120; turn++) {
      const keys = ['sinkThresh', 'binaryCoff', 'bgCoff', 'maxRatioLimit', 'minMax', 'roi'] as const;
      const key = keys[Math.floor(random() * keys.length)]!;
      recipe = withValue(recipe, key, key === 'sinkThresh' ? random() * 0.01 : random());
      if (random() < 0.2) mean = Float64Array.from({ length: 144 }, () => random() ** 5 * 0.1);
      else if (random() < 0.1) mean = null;
      if (random() < 0.2) sink = Float64Array.from({ length: 144 }, () => random() ** 5 * 0.02);
      else if (random() < 0.2) sink = random() < 0.5 ? null : undefined;
      if (random() < 0.1) recipe = { ...recipe, labels: { ...recipe.labels, useSmoothing: random() < 0.5 } };
      const alone = fresh();
      turned.setMean(mean);
      alone.setMean(mean);
      turned.setSink(sink);
      alone.setSink(sink);
      assert.deepEqual(turned.try(recipe), alone.try(recipe), `turn ${turn}`);
    }
  }
});

test('maps that a turn does not touch stay the same object: nothing is drawn anew for them', () => {
  const trial = new TrialMaps(prediction, maps(seededRandom(SEED)), testPreset.roi, SIZE);
  const recipe = recipeOf(testPreset);
  const first = trial.try(recipe);
  const other = trial.try(withValue(recipe, 'binaryCoff', 0.6));
  assert.equal(other.denoised, first.denoised);
  assert.equal(other.boxes.rpn, first.boxes.rpn);
  assert.notDeepEqual(other.label, first.label);
  assert.notEqual(trial.try(withValue(recipe, 'sinkThresh', 1e-4)).denoised, first.denoised);
});

test('sink heads on trial take their tokens out of the map; without any, nothing is taken out', () => {
  const stored = maps(seededRandom(SEED));
  const trial = new TrialMaps(prediction, stored, testPreset.roi, SIZE);
  const recipe = withValue(recipeOf(testPreset), 'sinkThresh', 0.01);
  const taken = 40;
  trial.setSink(Float64Array.from({ length: 144 }, (_, i) => (i === taken ? 0.02 : 0)));
  const one = trial.try(recipe);
  trial.setSink(null);
  const none = trial.try(recipe);
  assert.equal(one.counts.sink, 1);
  assert.equal(none.counts.sink, 0);
  const raw = decodeFloat16(float16FromBytes(stored.grounding!.data));
  assert.deepEqual(
    one.denoised!.values,
    raw.map((value, i) => (i === taken ? 0 : value)),
  );
  assert.deepEqual(none.denoised!.values, raw);
});

test('an empty answer has nothing to try on', () => {
  const trial = new TrialMaps(prediction, maps(seededRandom(SEED), true), testPreset.roi, SIZE);
  assert.ok(trial.empty);
  assert.deepEqual(trial.try(recipeOf(testPreset)).dropped, { rule: 'empty_answer', value: 0, limit: 1 });
});
