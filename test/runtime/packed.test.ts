/** bitsandbytes, AWQ and GPTQ checkpoints as their own packages wrote them, against what those packages unpack. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { openCached } from '../../src-main/checkpoint/cached.ts';
import { openModel } from '../../src-main/checkpoint/open.ts';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import type { QuantisedRef } from '../../src-main/graph/weights.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { Session } from '../../src-main/runtime/session.ts';
import { relativeDifference } from '../support/oracle.ts';
import { packedCase, packedFolder, packedNames, packedNumbers, pattern, REMAKE } from '../support/packed.ts';
import { tempDir } from '../support/demo.ts';

/** float32 sums in another order, of the largest number. */
const ROUNDING = 2e-5;

for (const name of packedNames()) {
  const golden = packedCase(name);

  test(`${name}: every layer stands for the weights that its own package unpacks, to the bit`, async (t) => {
    const checkpoint = await openModel(await packedFolder(t, golden));
    const weights = await openCached(checkpoint, 'as-stored', { folder: tempDir(t) });
    for (const [layer, hash] of Object.entries(golden.weights)) {
      // The tower's layers after the one whose features are taken.
      if (layer.includes('encoder.layers.1.')) continue;
      const ref = weights?.quantised(layer);
      assert.ok(ref, layer);
      assert.equal(hashOf(await multipliedOut(ref)), hash, `${layer}; ${REMAKE}`);
    }
  });

  test(`${name}: features and logits are transformers' with those weights`, async (t) => {
    const checkpoint = await openModel(await packedFolder(t, golden));
    const model = await loadModel(checkpoint, { device: 'cpu', cacheFolder: tempDir(t) });
    t.after(() => model.dispose());
    const expected = await packedNumbers(name);
    const close = (actual: Float32Array | null, what: string): void => {
      const difference = relativeDifference(actual ?? [], expected.get(what) ?? []);
      t.diagnostic(`${what} differ by ${difference.toExponential(1)}`);
      assert.ok(difference <= ROUNDING, `${what} differ by ${difference}; ${REMAKE}`);
    };
    const { grid } = golden;
    const features = await model.encodeImage(pattern(model.pixelCount(grid)), grid);
    close(features, 'features');
    const [start, end] = golden.image_span;
    const [before, after] = [golden.input_ids.slice(0, start), golden.input_ids.slice(start + 1)];
    const parts = [{ tokens: before }, { features, count: end - start, grid }, { tokens: after }];
    const { logits } = await model.forward(model.newCache(), { parts });
    close(logits, 'logits');
  });
}

/** What a layer multiplies by, `[n, k]`: its product with the unit matrix, whose sums are one number and zeros. */
async function multipliedOut(ref: QuantisedRef): Promise<Float32Array> {
  const [n, k] = ref.shape;
  const b = new GraphBuilder('unit');
  b.output('y', b.linear(b.input('x', 'float32', ['S', k]), b.quantised('w', ref)));
  const session = await Session.open(b.finish(), { device: 'cpu', cpuThreads: 1, prepack: true });
  const unit = Float32Array.from({ length: k * k }, (_, i) => (i % (k + 1) === 0 ? 1 : 0));
  const y = (await session.run({ x: [unit, [k, k]] })).y?.data ?? new Float32Array(0);
  await session.release();
  return Float32Array.from({ length: n * k }, (_, i) => y[(i % k) * n + Math.floor(i / k)] as number);
}

/** SHA-256 of the numbers, negative zeros made positive. */
function hashOf(weights: Float32Array): string {
  const positive = weights.map((weight) => weight + 0);
  return createHash('sha256').update(new Uint8Array(positive.buffer)).digest('hex');
}
