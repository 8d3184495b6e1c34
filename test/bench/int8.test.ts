/** What `bench:int8` counts, and the outliers it writes. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openFolders } from '../../src-main/checkpoint/open.ts';
import { decodeFloat16 } from '../../src-shared/kernels/float16.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { writeCheckpoint } from './fullsize/checkpoint.ts';
import { shapes } from './fullsize/shapes.ts';
import { Agreement } from './int8/agreement.ts';
import { addOutliers } from './int8/outliers.ts';

test('next tokens are counted by how sure the first model is', () => {
  const agreement = new Agreement();
  const exact = Float32Array.of(0, 1, 0, 2, 1.97, 0, 0, 0, 0.3);
  const other = Float32Array.of(0, 1, 0.9, 1.9, 2, 0, 0, 0.1, 0.2);
  agreement.add(exact, other, 3);
  assert.deepEqual(
    agreement.bins.map(({ tokens, agree }) => [tokens, agree]),
    [
      [1, 0],
      [0, 0],
      [0, 0],
      [1, 1],
      [1, 1],
    ],
  );
});

test('outliers are a few features of every normalisation, the same in each, and a huge first token', async (t) => {
  const dir = temporaryDir(t);
  const [shape] = shapes('small');
  assert.ok(shape);
  writeCheckpoint(dir, { ...shape, tokens: 400, config: { ...shape.config, vocab_size: 400 } });
  const checkpoint = await openFolders({ dir });
  addOutliers(checkpoint, 5);
  const numbers = (name: string): Float32Array => {
    const ref = checkpoint.weights.get(name);
    assert.ok(ref, name);
    const bytes = readFileSync(ref.file).subarray(ref.offset, ref.offset + ref.length);
    return decodeFloat16(new Uint16Array(new Uint8Array(bytes).buffer));
  };
  const loud = (name: string): string =>
    [...numbers(name).entries()].flatMap(([at, value]) => (value > 4 ? [at] : [])).join();
  const first = loud('model.layers.0.input_layernorm.weight');
  assert.ok(first.split(',').length >= 2 && first.split(',').length <= 6, first);
  assert.equal(loud('model.layers.9.post_attention_layernorm.weight'), first);
  const table = numbers(checkpoint.config.names.embed);
  assert.equal(table.filter((value) => Math.abs(value) > 10).length, 2);
});
