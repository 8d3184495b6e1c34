/** Calibration on made-up heads, of which it is known what they look at. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calibrate } from '../../../src-shared/kernels/calibration/calibrate.ts';
import { foldsOf } from '../../../src-shared/kernels/calibration/folds.ts';
import { mapAuc, measureMap } from '../../../src-shared/kernels/calibration/map-measures.ts';
import type { CalibrationSample } from '../../../src-shared/kernels/calibration/sample.ts';
import { sinkScores } from '../../../src-shared/kernels/calibration/sinks.ts';
import { labelAuc } from '../../../src-shared/kernels/measures/label-agreement.ts';
import { seeded } from '../../../src-shared/kernels/seeded.ts';
import { BG, FG, IGNORE, type Labels } from '../../../src-shared/kernels/types.ts';

const SIDE = 12;
const CELLS = SIDE * SIDE;
const [LAYERS, HEADS] = [4, 3];

/** Heads 5 and 7 look at the answer, each at half of it; 9 at the same sinks always; the others at nothing. */
function study(count: number, seed: number): CalibrationSample[] {
  const random = seeded(seed);
  return Array.from({ length: count }, (_, i) => {
    const [top, left] = [1 + Math.floor(random() * 7), 1 + Math.floor(random() * 7)];
    const labels: Labels = new Int8Array(CELLS).fill(BG);
    const maps = new Float32Array(LAYERS * HEADS * CELLS);
    for (let cell = 0; cell < CELLS; cell++) {
      const [row, col] = [Math.floor(cell / SIDE), cell % SIDE];
      const inside = row >= top && row < top + 4 && col >= left && col < left + 4;
      if (inside) labels[cell] = FG;
      for (let head = 0; head < LAYERS * HEADS; head++) maps[head * CELLS + cell] = 0.01 * random();
      if (inside && row < top + 2) maps[5 * CELLS + cell]! += 0.02;
      if (inside && row >= top + 2) maps[7 * CELLS + cell]! += 0.02;
      // Where the answer never is.
      if (cell === 0 || cell === CELLS - 1) for (const head of [5, 7, 9]) maps[head * CELLS + cell] = 0.5;
    }
    return { grid: [SIDE, SIDE], labels, maps, picture: Math.floor(i / 2) };
  });
}

const WISH = { headsPerLayer: HEADS, folds: 5, resamples: 20, seed: 1, beside: null };

test('[CA1] heads that look at the answer are found, together, and again in nearly every resample', () => {
  const found = calibrate(study(30, 3), WISH);
  assert.deepEqual([...found.chosen.grounding], [5, 7]);
  const stable = found.heads
    .filter(({ stability }) => stability > 0.9)
    .map(({ layer, head }) => layer * HEADS + head);
  assert.deepEqual(
    stable.sort((a, b) => a - b),
    [5, 7],
  );
  assert.deepEqual([found.heads[0]!.samples, found.heads.length], [30, LAYERS * HEADS]);
});

test('[CA2] cells that draw attention whatever is asked are told by a head and a threshold, and zeroing them raises the AUC', () => {
  const samples = study(30, 3);
  const { chosen, heldOut, onAll } = calibrate(samples, WISH);
  assert.ok(chosen.sinks !== null);
  assert.ok(heldOut.denoised! > heldOut.raw! + 0.005, JSON.stringify(heldOut));
  assert.ok(onAll.denoised! >= heldOut.denoised! - 0.01);
  const scores = sinkScores(samples, LAYERS * HEADS);
  assert.equal(scores.indexOf(Math.max(...scores)), 9);
});

test('[CA3] held out is what is not chosen by: chance stays chance', () => {
  const random = seeded(8);
  const noise = study(20, 5).map((sample) => ({ ...sample, maps: sample.maps.map(() => random()) }));
  const { heldOut, onAll } = calibrate(noise, WISH);
  assert.ok(Math.abs(heldOut.raw! - 0.5) < 0.06, `${heldOut.raw}`);
  assert.ok(onAll.raw! > heldOut.raw!);
});

test('[CA4] the same seed gives the same calibration, and another choice is measured beside', () => {
  const samples = study(12, 4);
  assert.deepEqual(calibrate(samples, WISH), calibrate(samples, WISH));
  const { beside, onAll } = calibrate(samples, { ...WISH, beside: { grounding: [0], sinks: null } });
  assert.ok(beside!.raw! < onAll.raw!);
});

test('[CA3] folds are of whole pictures and alike in size', () => {
  const pictures = [1, 1, 1, 2, 3, 4, 4, 5, 6, 7];
  const folds = foldsOf(pictures, 3, 1);
  pictures.forEach((picture, i) => assert.equal(folds[i], folds[pictures.indexOf(picture)]));
  assert.deepEqual([...new Set(folds)].sort(), [0, 1, 2]);
  assert.deepEqual(folds, foldsOf(pictures, 3, 1));
});

test('[CA5] measures of one map', () => {
  const labels = Int8Array.from([FG, FG, BG, BG, IGNORE]) as Labels;
  const map = Float32Array.from([4, 1, 2, 1, 100]);
  const measures = measureMap(map, labels)!;
  assert.deepEqual(measures, { auc: 2.5 / 4, pointing: 1, coverage: 5 / 8, bestIou: 0.5 });
  assert.equal(measureMap(Float32Array.from([2, 0, 2, 0, 0]), labels)!.pointing, 0.5);
  assert.equal(measureMap(new Float32Array(5), labels), null);
  assert.equal(mapAuc(new Float32Array(5), labels), 0.5);
  assert.equal(mapAuc(Float32Array.from([NaN, 0, 0, 0, 0]), labels), null);
  assert.equal(mapAuc(map, new Int8Array(5).fill(BG) as Labels), null);
  assert.throws(() => mapAuc(map, labels.slice(1) as Labels), RangeError);
  const random = seeded(2);
  for (let i = 0; i < 50; i++) {
    const values = Float32Array.from({ length: 40 }, () => Math.floor(random() * 6));
    const each = Int8Array.from({ length: 40 }, () => [FG, BG, IGNORE][Math.floor(random() * 3)]!) as Labels;
    assert.equal(mapAuc(values, each), labelAuc(values, each));
  }
});
