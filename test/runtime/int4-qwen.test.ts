/** Qwen2.5-VL from its quantised cache: biases, grouped keys, M-RoPE and tied heads beside blocks of int4. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeImage } from '../../src-main/checkpoint/image/decode.ts';
import { qwenPixels } from '../../src-main/checkpoint/image/qwen-processor.ts';
import { buildPrompt } from '../../src-main/checkpoint/prompt.ts';
import { openQwen } from '../../src-main/checkpoint/qwen/open.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { expectedArray, oracleCases } from '../support/oracle.ts';

/** Cosine of the angle between two arrays of the same length. */
function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}

/** A model 48 wide averages little of the rounding out; a wrong bias, head or position gives next to nothing. */
const ALIKE = 0.9;

for (const golden of await oracleCases('qwen2_5_vl')) {
  test(`${golden.name}: int4 points where transformers' numbers do`, async (t) => {
    const checkpoint = await openQwen(golden.dir);
    const model = await loadModel(checkpoint, {
      device: 'cpu',
      precision: 'int4',
      cacheFolder: temporaryDir(t),
    });
    t.after(() => model.dispose());
    const near = (actual: ArrayLike<number> | null, what: string): void => {
      const similarity = cosine(actual ?? [], expectedArray(golden, what));
      assert.ok(similarity > ALIKE && similarity < 1 - 1e-7, `${what}: ${similarity}`);
    };
    const { pixels, grid } = qwenPixels(await decodeImage(golden.image), checkpoint.preprocessor);
    const features = await model.encodeImage(pixels, grid);
    near(features, 'visual_features');
    const ids = buildPrompt(checkpoint.tokenizer, checkpoint.config.imageTokenId, golden.question);
    const [start, end] = golden.image_span;
    const parts = [{ tokens: ids.before }, { features, count: end - start, grid }, { tokens: ids.after }];
    const cache = model.newCache();
    const { logits, hidden } = await model.forward(cache, { parts, hiddenOf: model.profile.rpn?.k ?? 0 });
    near(logits, 'logits');
    near(hidden, 'layer_k');
    const rpn = await model.rpn(
      hidden ?? new Float32Array(0),
      [cache.length - 1, cache.length],
      [start, end],
      grid,
    );
    assert.equal(rpn.length, end - start);
    assert.ok(rpn.every(Number.isFinite));
  });
}
