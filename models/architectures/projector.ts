/** LLaVA's two-layer GELU projector (`mlp2x_gelu`): vision features to the decoder's embedding space. */
import type { GraphBuilder } from '../../src-main/graph/builder.ts';
import type { Value } from '../../src-main/graph/types.ts';
import { gelu } from './clip-vit.ts';
import type { WeightOf } from './weights.ts';
import { affine } from './weights.ts';

/** `x [N, visionWidth]` → `[N, d]`; `names` are the two linear layers'. */
export function projector(
  b: GraphBuilder,
  weight: WeightOf,
  names: readonly [first: string, second: string],
  x: Value,
  d: number,
): Value {
  const inner = gelu(b, affine(b, weight, names[0], x, d), 'gelu');
  return affine(b, weight, names[1], inner, d);
}
