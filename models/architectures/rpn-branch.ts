/**
 * SD-RPN's branch (METHOD §3): hidden_states[K] through T−1 ordinary decoder layers, then query–key scores of the last
 * one: LLaVA's without rotary positions, Qwen's at each token's own. Its value, output and MLP weights never matter.
 */
import type { TextConfig } from '../../src-main/checkpoint/config.ts';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import type { Graph, Value } from '../../src-main/graph/types.ts';
import type { WeightSource } from '../../src-main/graph/weights.ts';
import { decoderContext, decoderLayer, projection, rmsNorm, rotate } from './llama-decoder.ts';
import { weightsInto } from './weights.ts';

export interface RpnConfig {
  readonly k: number;
  readonly t: number;
  /** `twig_norm` is applied (roi_super_type `v1`). */
  readonly norm: boolean;
  /** Mean over heads of q·k/√c; otherwise one unscaled full-width dot product. */
  readonly multiHead: boolean;
  /** Queries and keys of the last layer are rotated to their positions (Qwen). */
  readonly rotary?: boolean;
  /**
   * The output `rpn_map` beside the scores: each head's scaled scores as a softmax over the keys, then their mean. Only the
   * MSE form of training reads it.
   */
  readonly softmaxed?: boolean;
}

/** "To the end" of a slice. */
const END = 2 ** 53 - 1;

/** The branch as a graph; inputs and output as in `ModelGraphs`. */
export function rpnGraph(
  config: TextConfig,
  rpn: RpnConfig,
  source: WeightSource,
  names: { readonly layers: string; readonly norm: string },
): Graph {
  const b = new GraphBuilder('rpn', source.placement);
  const weight = weightsInto(b, source);
  const { hiddenSize: d, heads: H, kvHeads: G, headDim: c } = config;
  let x: Value = b.input('hidden', 'float32', ['S', d]);
  const context = rpn.t > 1 || rpn.rotary ? decoderContext(b, config, weight, 'S') : null;
  const bound = (name: string) => b.input(name, 'int64', [1]);
  const [firstQuery, endQuery] = [bound('queries_start'), bound('queries_end')];
  const [start, end] = [bound('keys_start'), bound('keys_end')];
  const atQueries = (rows: Value) => b.sliceAt(rows, 0, firstQuery, endQuery, 'Q'); // [Q, …]
  const atKeys = (rows: Value) => b.sliceAt(rows, 0, start, end, 'N'); // [N, …]
  let [keys, queries] = [() => atKeys(x), () => atQueries(x)];
  if (context && rpn.t > 1) {
    for (let i = 0; i < rpn.t - 2; i++) x = decoderLayer(context, `${names.layers}.${i}`, x, null).x ?? x;
    // Of the last whole layer only the rows of keys and queries are read: those first, these behind them.
    const pick = (rows: Value) => b.concat([atKeys(rows), atQueries(rows)], 0); // [N+Q, …]
    x = decoderLayer(context, `${names.layers}.${rpn.t - 2}`, x, null, { pick }).x ?? x;
    const count = b.binary('Sub', end, start);
    keys = () => b.sliceAt(x, 0, b.int64s([0]), count, 'N');
    queries = () => b.sliceAt(x, 0, count, b.int64s([END]), 'Q');
  }
  const placed = (rows: Value, heads: number, pick: (rows: Value) => Value) =>
    rpn.rotary && context
      ? rotate({ b, config, cos: pick(context.cos), sin: pick(context.sin) }, rows, heads)
      : rows;
  const last = `${names.layers}.${rpn.t - 1}`;
  const normed = (rows: Value) => {
    const outer = rpn.norm ? rmsNorm({ b, config, weight }, names.norm, rows) : rows;
    return rmsNorm({ b, config, weight }, `${last}.input_layernorm.weight`, outer);
  };
  const project = (part: string, rows: Value, out: number) =>
    projection({ b, config, weight }, last, part, normed(rows), out);
  const q = placed(project('q_proj', queries(), H * c), H, atQueries); // [Q, H·c]
  const k = b.reshape(placed(project('k_proj', keys(), G * c), G, atKeys), ['N', G * c]);
  // A sum over heads of q·k is one dot product; query heads that share keys add up first.
  const shared = b.reshape(b.sum(b.reshape(q, ['Q', G, H / G, c]), [2]), ['Q', G * c]);
  const scale = rpn.multiHead ? 1 / (H * Math.sqrt(c)) : 1;
  const scores = b.linear(k, b.binary('Mul', shared, b.scalar(scale))); // [N, Q]
  b.output('rpn', scores);
  if (rpn.softmaxed) b.output('rpn_map', softmaxedMap(b, config, q, k));
  return b.finish();
}

/** `[N, Q]` of queries `[Q, H·c]` and keys `[N, G·c]`; axes in the middle as in a decoder layer. */
function softmaxedMap(
  b: GraphBuilder,
  { heads: H, kvHeads: G, headDim: c }: TextConfig,
  q: Value,
  k: Value,
): Value {
  const scaled = b.binary('Mul', b.reshape(q, ['Q', H, c]), b.scalar(c ** -0.5));
  const queries = b.reshape(b.transpose(scaled, [1, 0, 2]), [G, null, c]); // [G, H/G·Q, c]
  const keys = b.transpose(b.reshape(k, ['N', G, c]), [1, 2, 0]); // [G, c, N]
  const perHead = b.softmax(b.reshape(b.matmul(queries, keys), [H, null, 'N'])); // [H, Q, N]
  return b.transpose(b.mean(perHead, [0]), [1, 0]);
}
