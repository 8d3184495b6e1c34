/** The shapes of `bench:fullsize` are the published ones, and what it writes opens as a checkpoint of their family. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openModel } from '../../src-main/checkpoint/open.ts';
import { openQuantised } from '../../src-main/checkpoint/quantised/index.ts';
import { memoryEstimate } from '../../src-main/checkpoint/memory.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { parametersOf, writeCheckpoint } from './fullsize/checkpoint.ts';
import { shapes } from './fullsize/shapes.ts';

test('full size is the size of the published models with their branch', () => {
  const sizes = Object.fromEntries(shapes('full').map((shape) => [shape.name, parametersOf(shape)]));
  // 7.06 and 3.75 thousand millions alone, and three layers of the branch.
  assert.ok(Math.abs((sizes['llava-1.5-7b'] ?? 0) / 7.66e9 - 1) < 0.01, String(sizes['llava-1.5-7b']));
  assert.ok(Math.abs((sizes['qwen2.5-vl-3b'] ?? 0) / 3.99e9 - 1) < 0.01, String(sizes['qwen2.5-vl-3b']));
});

for (const shape of shapes('small')) {
  test(`${shape.name} in small: opens, quantises, and takes the disk that was foretold`, async (t) => {
    const dir = temporaryDir(t);
    const { parameters, bytes } = writeCheckpoint(dir, shape);
    assert.equal(bytes, 2 * parameters);
    const checkpoint = await openModel(dir);
    assert.equal(checkpoint.weights.parameters, parameters);
    const { int4, copiedBytes } = memoryEstimate(checkpoint);
    assert.ok(int4);
    const cache = await openQuantised(checkpoint, { folder: temporaryDir(t) });
    // Beside the weights: the header and a hash for each tensor.
    const rest = cache.bytes - int4.fileBytes;
    assert.ok(rest > 0 && rest < 500_000, `${rest} bytes`);
    assert.ok(int4.copiedBytes > int4.fileBytes && int4.copiedBytes < copiedBytes / 2);
  });
}
