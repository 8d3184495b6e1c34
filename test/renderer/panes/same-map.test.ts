import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withRange } from '../../../src-renderer/canvas/map-values.ts';
import { sameAsRaw } from '../../../src-renderer/panes/same-map.ts';
import { denoise } from '../../../src-shared/kernels/labels/denoise.ts';

const transform = { scaleX: 1, scaleY: 1, offsetX: 0, offsetY: 0 };
const placed = (values: number[], grid: [number, number] = [1, values.length]) => ({
  ...withRange(Float32Array.from(values)),
  grid,
  transform,
});
const raw = placed([0.1, 0.5, 0, NaN]);
const none = { sinks: false, sinkThresh: 0.01 };
const some = { sinks: true, sinkThresh: 0.01 };

test('a denoised map that is the raw one says so, with the reason the preset gives', () => {
  const same = placed([...denoise(raw.values, null, 0.01)]);
  assert.equal(sameAsRaw(raw, same, null, none), 'Same as raw: this preset has no sink heads');
  const quiet = placed([0.001, 0, 0.002, 0]);
  const untouched = placed([...denoise(raw.values, quiet.values, 0.01)]);
  assert.equal(sameAsRaw(raw, untouched, quiet, some), 'Same as raw: no token reaches the sink threshold');
  const onNothing = placed([0, 0, 0.5, 0]);
  const zeros = placed([...denoise(raw.values, onNothing.values, 0.01)]);
  assert.equal(sameAsRaw(raw, zeros, onNothing, some), 'Same as raw: there was nothing to remove');
});

test('nothing is said where they differ, by the preset or without it, or one is not there', () => {
  const taken = placed([0.1, 0, 0, NaN]);
  assert.equal(sameAsRaw(raw, taken, null, some), null);
  assert.equal(sameAsRaw(raw, taken, null, none), null, 'padding can be taken out without sink heads');
  assert.equal(sameAsRaw(raw, null, null, none), null);
  assert.equal(sameAsRaw(null, raw, null, none), null);
  assert.equal(sameAsRaw(raw, placed([0.1, 0.5, 0, NaN], [2, 2]), null, none), null);
});
