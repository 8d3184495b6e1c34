/**
 * The decoder as graphs, for every family whose layers are LLaMA's (llama-decoder.ts): one of as many layers as a variant
 * needs, with taps, a hidden state and logits where asked for. In pieces it is decoder-pieces.ts. Inputs and outputs are
 * named in types.ts.
 */
import type { TextConfig } from '../../src-main/checkpoint/config.ts';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import type { Graph, Value } from '../../src-main/graph/types.ts';
import type { WeightSource } from '../../src-main/graph/weights.ts';
import type { RowsRead } from './llama-decoder.ts';
import { decoderContext, decoderLayer, rmsNorm } from './llama-decoder.ts';
import type { DecoderVariant } from './types.ts';
import type { WeightOf } from './weights.ts';
import { lookUp, weightsInto } from './weights.ts';

/** Tensor names of a decoder; `layers` is followed by `.{i}.…`. */
export interface DecoderNames {
  readonly embed: string;
  readonly layers: string;
  readonly norm: string;
  readonly head: string;
}

/** The embedding table as a graph. */
export function embedGraph(text: TextConfig, weights: WeightSource, names: DecoderNames): Graph {
  const b = new GraphBuilder('embed');
  const ids = b.input('ids', 'int64', ['S']);
  b.output('embeds', lookUp(b, weights, names.embed, [text.vocabSize, text.hiddenSize], ids));
  return b.finish();
}

/** Rows and keys of one layer's probabilities `[H, S, T]` that leave the graph, `[heads, rows, keys]`. */
function tap(b: GraphBuilder, bounds: TapBounds, layer: number, probabilities: Value): void {
  const rows = b.sliceAt(probabilities, 1, bounds.rowStart, bounds.rowEnd, 'R');
  const keys = b.sliceAt(rows, 2, bounds.keyStart, bounds.keyEnd, 'K');
  const heads = b.input(`tap_heads.${layer}`, 'int64', [`H${layer}`]);
  b.output(`tap.${layer}`, b.gather(keys, heads));
}

interface TapBounds {
  readonly rowStart: Value;
  readonly rowEnd: Value;
  readonly keyStart: Value;
  readonly keyEnd: Value;
}

function tapBounds(b: GraphBuilder): TapBounds {
  const bound = (name: string) => b.input(name, 'int64', [1]);
  return {
    rowStart: bound('tap_rows_start'),
    rowEnd: bound('tap_rows_end'),
    keyStart: bound('tap_keys_start'),
    keyEnd: bound('tap_keys_end'),
  };
}

/** What anything after layer `i` of a variant reads of it. */
function rowsRead({ layers, logits, taps, hiddenOf }: DecoderVariant, i: number): RowsRead {
  if (i < layers - 1 || logits === 'all' || hiddenOf === layers) return 'all';
  if (logits === 'none') return 'none';
  return taps.includes(i) ? 'all' : 'last';
}

/** @throws FoveaError `missing_tensor` when a tensor the variant needs is absent. */
export function decoderGraph(
  text: TextConfig,
  weights: WeightSource,
  names: DecoderNames,
  variant: DecoderVariant,
): Graph {
  const b = new GraphBuilder('decoder', weights.placement);
  const weight = weightsInto(b, weights);
  let x: Value = b.input('embeds', 'float32', ['S', text.hiddenSize]);
  const context = decoderContext(b, text, weight, 'P+S');
  const bounds = variant.taps.length > 0 ? tapBounds(b) : null;

  for (let i = 0; i < variant.layers; i++) {
    if (variant.hiddenOf === i) b.output('hidden', x);
    const past = pastOf(b, text, i);
    const layer = decoderLayer(context, `${names.layers}.${i}`, x, past, rowsRead(variant, i));
    b.output(`new_k.${i}`, layer.k);
    b.output(`new_v.${i}`, layer.v);
    if (bounds && variant.taps.includes(i)) tap(b, bounds, i, layer.probabilities);
    x = layer.x ?? x;
  }
  if (variant.hiddenOf === variant.layers) b.output('hidden', x);

  if (variant.logits !== 'none') {
    b.output('logits', logitsOf(b, text, weight, names, variant.logits === 'last' ? b.slice(x, 0, -1) : x));
  }
  return b.finish();
}

/** Final norm and output head of rows `[R, d]`. */
function logitsOf(
  b: GraphBuilder,
  text: TextConfig,
  weight: WeightOf,
  names: DecoderNames,
  rows: Value,
): Value {
  const head = text.tieWordEmbeddings ? names.embed : names.head;
  const normed = rmsNorm({ b, config: text, weight }, names.norm, rows);
  return b.linear(normed, weight(head, [text.vocabSize, text.hiddenSize]));
}

/** The decoder's end as a graph of its own. @throws FoveaError `missing_tensor`. */
export function headGraph(text: TextConfig, weights: WeightSource, names: DecoderNames): Graph {
  const b = new GraphBuilder('head', weights.placement);
  const rows = b.input('hidden', 'float32', ['S', text.hiddenSize]);
  b.output('logits', logitsOf(b, text, weightsInto(b, weights), names, rows));
  return b.finish();
}

function pastOf(b: GraphBuilder, { kvHeads, headDim }: TextConfig, i: number): { k: Value; v: Value } {
  const rows = (name: string) => b.input(`past_${name}.${i}`, 'float32', ['P', kvHeads * headDim]);
  return { k: rows('k'), v: rows('v') };
}
