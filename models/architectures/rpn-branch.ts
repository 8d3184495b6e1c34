/**
 * SD-RPN's branch (METHOD §3, LLaVA form): hidden_states[K] through T−1 ordinary decoder layers, then query–key
 * scores of the last one without rotary positions. Its value, output and MLP weights never matter.
 */
import type { TextConfig } from '../../src-main/checkpoint/config.ts';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import type { Graph, Value } from '../../src-main/graph/types.ts';
import type { WeightSource } from '../../src-main/graph/weights.ts';
import { decoderContext, decoderLayer, rmsNorm } from './llama-decoder.ts';
import { weightsInto } from './weights.ts';

export interface RpnConfig {
  readonly k: number;
  readonly t: number;
  /** `twig_norm` is applied (roi_super_type `v1`). */
  readonly norm: boolean;
  /** Mean over heads of q·k/√c; otherwise one unscaled full-width dot product. */
  readonly multiHead: boolean;
}

/** The branch as a graph; inputs and output as in `ModelGraphs`. */
export function rpnGraph(
  config: TextConfig,
  rpn: RpnConfig,
  source: WeightSource,
  names: { readonly layers: string; readonly norm: string },
): Graph {
  const b = new GraphBuilder('rpn');
  const weight = weightsInto(b, source);
  const { hiddenSize: d, heads: H, kvHeads: G, headDim: c } = config;
  let x: Value = b.input('hidden', 'float32', ['S', d]);
  if (rpn.t > 1) {
    const context = decoderContext(b, config, weight, 'S');
    for (let i = 0; i < rpn.t - 1; i++) x = decoderLayer(context, `${names.layers}.${i}`, x, null).x ?? x;
  }
  const query = b.gather(x, b.input('query', 'int64', [1])); // [1, d]
  const keys = b.sliceAt(x, 0, b.input('keys_start', 'int64', [1]), b.input('keys_end', 'int64', [1]), 'N');
  const last = `${names.layers}.${rpn.t - 1}`;
  const normed = (rows: Value) => {
    const outer = rpn.norm ? rmsNorm({ b, config, weight }, names.norm, rows) : rows;
    return rmsNorm({ b, config, weight }, `${last}.input_layernorm.weight`, outer);
  };
  const q = b.linear(normed(query), weight(`${last}.self_attn.q_proj.weight`, [H * c, d])); // [1, H·c]
  const k = b.linear(normed(keys), weight(`${last}.self_attn.k_proj.weight`, [G * c, d])); // [N, G·c]
  // A sum over heads of q·k is one dot product; query heads that share keys add up first.
  const shared = b.reshape(b.sum(b.reshape(q, [G, H / G, c]), [1]), [1, G * c]);
  const scale = rpn.multiHead ? 1 / (H * Math.sqrt(c)) : 1;
  const scores = b.linear(k, b.binary('Mul', shared, b.scalar(scale))); // [N, 1]
  b.output('rpn', b.reshape(scores, [null]));
  return b.finish();
}
