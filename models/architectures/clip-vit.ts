/**
 * CLIP's vision transformer up to the layer whose output is used (LLaVA: hidden_states[-2] without the class token).
 * The patch convolution has stride = kernel, so it is a matrix product of cut patches with the same weights.
 */
import type { VisionConfig } from '../../src-main/checkpoint/config.ts';
import type { GraphBuilder } from '../../src-main/graph/builder.ts';
import type { Value } from '../../src-main/graph/types.ts';
import type { WeightOf } from './weights.ts';
import { affine } from './weights.ts';

/** `x · σ(1.702 x)` (CLIP's quick_gelu), or `½ x (1 + erf(x / √2))`. */
export function gelu(b: GraphBuilder, x: Value, kind: 'quick_gelu' | 'gelu'): Value {
  if (kind === 'quick_gelu')
    return b.binary('Mul', x, b.unary('Sigmoid', b.binary('Mul', x, b.scalar(1.702))));
  const erf = b.unary('Erf', b.binary('Mul', x, b.scalar(Math.SQRT1_2)));
  return b.binary('Mul', b.binary('Mul', x, b.binary('Add', erf, b.scalar(1))), b.scalar(0.5));
}

/** `pixels [1, 3, side, side]` → `[1 + N, d]` before the first layer: class token, patches row-major, positions, norm. */
function embeddings(
  b: GraphBuilder,
  config: VisionConfig,
  weight: WeightOf,
  prefix: string,
  pixels: Value,
): Value {
  const { hiddenSize: d, imageSize, patchSize: p } = config;
  const g = Math.floor(imageSize / p);
  // The convolution leaves out the pixels that do not fill a patch.
  const rows = g * p === imageSize ? pixels : b.slice(b.slice(pixels, 2, 0, g * p), 3, 0, g * p);
  const cut = b.transpose(b.reshape(rows, [3, g, p, g, p]), [1, 3, 0, 2, 4]); // [g, g, 3, p, p]
  const kernel = weight(`${prefix}.embeddings.patch_embedding.weight`, [d, 3, p, p], [d, 3 * p * p]);
  const patches = b.linear(b.reshape(cut, [g * g, 3 * p * p]), kernel);
  const classToken = weight(`${prefix}.embeddings.class_embedding`, [d], [1, d]);
  const positions = weight(`${prefix}.embeddings.position_embedding.weight`, [g * g + 1, d]);
  const x = b.binary('Add', b.concat([classToken, patches], 0), positions);
  return norm(b, config, weight, `${prefix}.pre_layrnorm`, x);
}

function norm(b: GraphBuilder, config: VisionConfig, weight: WeightOf, name: string, x: Value): Value {
  const d = config.hiddenSize;
  return b.layerNorm(x, weight(`${name}.weight`, [d]), weight(`${name}.bias`, [d]), config.layerNormEps);
}

function attention(b: GraphBuilder, config: VisionConfig, weight: WeightOf, name: string, x: Value): Value {
  const { hiddenSize: d, heads } = config;
  const split = (part: string, perm: readonly number[]) =>
    b.transpose(
      b.reshape(affine(b, weight, `${name}.${part}`, x, d), [Number(x.shape[0]), heads, d / heads]),
      perm,
    );
  const q = b.binary('Mul', split('q_proj', [1, 0, 2]), b.scalar((d / heads) ** -0.5));
  const probabilities = b.softmax(b.matmul(q, split('k_proj', [1, 2, 0]))); // [heads, 1+N, 1+N]
  const mixed = b.transpose(b.matmul(probabilities, split('v_proj', [1, 0, 2])), [1, 0, 2]);
  return affine(b, weight, `${name}.out_proj`, b.reshape(mixed, [Number(x.shape[0]), d]), d);
}

/**
 * Features `[N, d]` of `pixels [1, 3, side, side]` after `layers` transformer layers, class token removed.
 * @param prefix up to and including `vision_model`
 */
export function clipFeatures(
  b: GraphBuilder,
  config: VisionConfig,
  weight: WeightOf,
  prefix: string,
  pixels: Value,
  layers: number,
): Value {
  let x = embeddings(b, config, weight, prefix, pixels);
  for (let i = 0; i < layers; i++) {
    const name = `${prefix}.encoder.layers.${i}`;
    x = b.binary(
      'Add',
      x,
      attention(b, config, weight, `${name}.self_attn`, norm(b, config, weight, `${name}.layer_norm1`, x)),
    );
    const inner = affine(
      b,
      weight,
      `${name}.mlp.fc1`,
      norm(b, config, weight, `${name}.layer_norm2`, x),
      config.intermediateSize,
    );
    x = b.binary(
      'Add',
      x,
      affine(b, weight, `${name}.mlp.fc2`, gelu(b, inner, config.activation), config.hiddenSize),
    );
  }
  return b.slice(x, 0, 1, Number(x.shape[0]));
}
