/**
 * Q-Zoom's gate (METHOD §8): hidden_states[K] through T ordinary decoder layers, no final norm, then one number of the last
 * token by a linear head with bias.
 */
import type { TextConfig } from '../../src-main/checkpoint/config.ts';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import type { Graph, Value } from '../../src-main/graph/types.ts';
import type { WeightSource } from '../../src-main/graph/weights.ts';
import { decoderContext, decoderLayer } from './llama-decoder.ts';
import { weightsInto } from './weights.ts';

/** The gate as a graph; inputs and output as in `ModelGraphs`. */
export function gateGraph(
  config: TextConfig,
  { t }: { readonly t: number },
  source: WeightSource,
  names: { readonly layers: string; readonly head: string },
): Graph {
  const b = new GraphBuilder('gate', source.placement);
  const weight = weightsInto(b, source);
  let x: Value = b.input('hidden', 'float32', ['S', config.hiddenSize]);
  const context = decoderContext(b, config, weight, 'S');
  for (let i = 0; i < t; i++)
    x = decoderLayer(context, `${names.layers}.${i}`, x, null, i < t - 1 ? 'all' : 'last').x ?? x;
  const head = weight(`${names.head}.weight`, [1, config.hiddenSize]);
  b.output('gate', b.linear(x, head, weight(`${names.head}.bias`, [1])));
  return b.finish();
}
