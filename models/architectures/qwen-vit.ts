/**
 * Qwen2.5-VL's vision transformer and patch merger. Rows lie in windows from the first layer to the last
 * (qwen-windows.ts); layers with full attention see all rows and go head by head, because their scores are the square
 * of the number of patches. Axes: W windows, R patches per window, H heads, c head size, N visual tokens.
 */
import type { QwenVisionConfig } from '../../src-main/checkpoint/qwen/config.ts';
import type { GraphBuilder } from '../../src-main/graph/builder.ts';
import type { Value } from '../../src-main/graph/types.ts';
import { gelu } from './clip-vit.ts';
import type { WeightOf } from './weights.ts';
import { affine } from './weights.ts';

/** The reference's constant for every norm of the tower. */
const NORM_EPS = 1e-6;

interface Tower {
  readonly b: GraphBuilder;
  readonly config: QwenVisionConfig;
  readonly weight: WeightOf;
  /** `[W, R, 1, 2, c/2]`. */
  readonly cos: Value;
  readonly sin: Value;
  /** Added to scores: 0 for a patch, hugely negative for an empty row; `[W, R]`. */
  readonly keyMask: Value;
  readonly rows: number;
}

/** `features` `[N, width]` of the inputs `windowFeeds` makes. `prefix` ends in `visual`. */
export function qwenFeatures(
  b: GraphBuilder,
  config: QwenVisionConfig,
  weight: WeightOf,
  prefix: string,
  width: number,
): Value {
  const { hiddenSize: d, heads, patchSize: p, temporalPatchSize: t, mergeSize, windowCells } = config;
  const rows = (mergeSize * windowCells) ** 2;
  const c = d / heads;
  const patch = 3 * t * p * p;
  const table = (name: string) =>
    b.reshape(b.input(name, 'float32', ['W', rows, c]), ['W', rows, 1, 2, c / 2]);
  const pixels = b.input('pixels', 'float32', ['W', rows, patch]);
  const tower: Tower = {
    b,
    config,
    weight,
    cos: table('cos'),
    sin: table('sin'),
    keyMask: b.input('key_mask', 'float32', ['W', rows]),
    rows,
  };
  // The convolution's stride is its kernel, so it is a matrix product of the flattened patches.
  const kernel = weight(`${prefix}.patch_embed.proj.weight`, [d, 3, t, p, p], [d, patch]);
  let x = b.linear(b.reshape(pixels, [null, patch]), kernel); // [W·R, d]
  for (let i = 0; i < config.layers; i++)
    x = block(tower, `${prefix}.blocks.${i}`, x, config.fullLayers.includes(i));
  return merger(tower, `${prefix}.merger`, x, width);
}

function norm({ b, config, weight }: Tower, name: string, x: Value): Value {
  return b.rmsNorm(x, weight(name, [config.hiddenSize]), NORM_EPS);
}

function block(tower: Tower, name: string, x: Value, full: boolean): Value {
  const { b, config, weight } = tower;
  const { hiddenSize: d, intermediateSize: m } = config;
  const mixed = attention(tower, `${name}.attn`, norm(tower, `${name}.norm1.weight`, x), full);
  const attended = b.binary('Add', x, affine(b, weight, `${name}.attn.proj`, mixed, d));
  const inner = norm(tower, `${name}.norm2.weight`, attended);
  const gate = affine(b, weight, `${name}.mlp.gate_proj`, inner, m);
  const up = affine(b, weight, `${name}.mlp.up_proj`, inner, m);
  const gated = b.binary('Mul', b.binary('Mul', gate, b.unary('Sigmoid', gate)), up);
  return b.binary('Add', attended, affine(b, weight, `${name}.mlp.down_proj`, gated, d));
}

/** `[W·R, d]` → `[W·R, d]` before the output projection. */
function attention(tower: Tower, name: string, x: Value, full: boolean): Value {
  const { b, config, weight, rows } = tower;
  const { hiddenSize: d, heads: H } = config;
  const c = d / H;
  const qkv = affine(b, weight, `${name}.qkv`, x, 3 * d);
  const part = (i: number) => b.reshape(b.slice(qkv, 1, i * d, (i + 1) * d), [null, rows, H, c]); // [W, R, H, c]
  const q = b.binary('Mul', rotate(tower, part(0)), b.scalar(c ** -0.5));
  const k = rotate(tower, part(1));
  return full ? fullAttention(tower, q, k, part(2)) : windowAttention(tower, q, k, part(2));
}

/** Rotary positions on `[W, R, H, c]`. */
function rotate({ b, config, cos, sin, rows }: Tower, x: Value): Value {
  const { heads: H, hiddenSize: d } = config;
  const halves = b.reshape(x, ['W', rows, H, 2, d / H / 2]);
  const swapped = b.gather(halves, b.int64s([1, 0]), 3);
  const turned = b.binary('Add', b.binary('Mul', halves, cos), b.binary('Mul', swapped, sin));
  return b.reshape(turned, ['W', rows, H, d / H]);
}

function windowAttention({ b, config, keyMask, rows }: Tower, q: Value, k: Value, v: Value): Value {
  const mask = b.reshape(keyMask, ['W', 1, 1, rows]);
  const scores = b.matmul(b.transpose(q, [0, 2, 1, 3]), b.transpose(k, [0, 2, 3, 1])); // [W, H, R, R]
  const probabilities = b.softmax(b.binary('Add', scores, mask));
  const mixed = b.matmul(probabilities, b.transpose(v, [0, 2, 1, 3])); // [W, H, R, c]
  return b.reshape(b.transpose(mixed, [0, 2, 1, 3]), [null, config.hiddenSize]);
}

function fullAttention({ b, config, keyMask }: Tower, q: Value, k: Value, v: Value): Value {
  const { heads: H, hiddenSize: d } = config;
  const mask = b.reshape(keyMask, [1, null]); // [1, W·R]
  const head = (rows: Value, h: number) => b.reshape(b.slice(rows, 2, h, h + 1), [null, d / H]); // [W·R, c]
  const mixed = Array.from({ length: H }, (_, h) => {
    const scores = b.matmul(head(q, h), b.transpose(head(k, h), [1, 0]));
    return b.matmul(b.softmax(b.binary('Add', scores, mask)), head(v, h));
  });
  return b.concat(mixed, 1);
}

/** The patches of each visual token side by side through two layers, then the tokens in the picture's order. */
function merger(tower: Tower, name: string, x: Value, width: number): Value {
  const { b, config, weight } = tower;
  const merged = config.hiddenSize * config.mergeSize ** 2;
  const tokens = b.reshape(norm(tower, `${name}.ln_q.weight`, x), [null, merged]);
  const inner = gelu(b, affine(b, weight, `${name}.mlp.0`, tokens, merged), 'gelu');
  const features = affine(b, weight, `${name}.mlp.2`, inner, width);
  return b.gather(features, b.input('order', 'int64', ['N']));
}
