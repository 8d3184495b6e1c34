/**
 * The LLaVA family from its config alone: CLIP ViT → projector → LLaMA decoder, plus SD-RPN's branch when the
 * checkpoint has one. Only names and wiring live here; the parts are shared.
 */
import type { LlavaConfig } from '../../src-main/checkpoint/config.ts';
import { tensorNames, visionLayersUsed } from '../../src-main/checkpoint/required.ts';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import type { Graph, Value } from '../../src-main/graph/types.ts';
import type { WeightSource } from '../../src-main/graph/weights.ts';
import { clipFeatures } from './clip-vit.ts';
import type { RowsRead } from './llama-decoder.ts';
import { decoderContext, decoderLayer, rmsNorm } from './llama-decoder.ts';
import { projector } from './projector.ts';
import { rpnGraph } from './rpn-branch.ts';
import type { DecoderVariant, ModelGraphs } from './types.ts';
import { weightsInto } from './weights.ts';

/** @throws FoveaError `missing_tensor` when a graph is made and a tensor it needs is absent. */
export function llava(config: LlavaConfig, weights: WeightSource): ModelGraphs {
  const { text, vision, rpn } = config;
  const names = tensorNames(config.layout);
  const side = Math.floor(vision.imageSize / vision.patchSize);
  return {
    family: 'llava',
    layers: text.layers,
    heads: text.heads,
    kvHeads: text.kvHeads,
    headDim: text.headDim,
    hiddenSize: text.hiddenSize,
    vocabSize: text.vocabSize,
    ropeTheta: text.ropeTheta,
    maxPositions: text.maxPositions,
    grid: [side, side],
    imageSide: vision.imageSize,
    rpn: rpn && { k: rpn.k, t: rpn.t },

    embed(): Graph {
      const b = new GraphBuilder('embed');
      const table = weightsInto(b, weights)(names.embed, [text.vocabSize, text.hiddenSize]);
      b.output('embeds', b.gather(table, b.input('ids', 'int64', ['S'])));
      return b.finish();
    },

    vision(): Graph {
      const b = new GraphBuilder('vision');
      const weight = weightsInto(b, weights);
      const pixels = b.input('pixels', 'float32', [1, 3, vision.imageSize, vision.imageSize]);
      const features = clipFeatures(b, vision, weight, names.vision, pixels, visionLayersUsed(config));
      b.output('features', projector(b, weight, names.projector, features, text.hiddenSize));
      return b.finish();
    },

    decoder: (variant) => decoderGraph(config, weights, variant),

    rpnBranch: () => rpn && rpnGraph(text, rpn, weights, { layers: names.twigLayers, norm: names.twigNorm }),
  };
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

function decoderGraph(config: LlavaConfig, weights: WeightSource, variant: DecoderVariant): Graph {
  const { text } = config;
  const names = tensorNames(config.layout);
  const b = new GraphBuilder('decoder');
  const weight = weightsInto(b, weights);
  const width = text.kvHeads * text.headDim;
  let x: Value = b.input('embeds', 'float32', ['S', text.hiddenSize]);
  const context = decoderContext(b, text, weight, 'P+S');
  const bounds = variant.taps.length > 0 ? tapBounds(b) : null;

  for (let i = 0; i < variant.layers; i++) {
    if (variant.hiddenOf === i) b.output('hidden', x);
    const past = {
      k: b.input(`past_k.${i}`, 'float32', ['P', width]),
      v: b.input(`past_v.${i}`, 'float32', ['P', width]),
    };
    const layer = decoderLayer(context, `${names.layers}.${i}`, x, past, rowsRead(variant, i));
    b.output(`new_k.${i}`, layer.k);
    b.output(`new_v.${i}`, layer.v);
    if (bounds && variant.taps.includes(i)) tap(b, bounds, i, layer.probabilities);
    x = layer.x ?? x;
  }
  if (variant.hiddenOf === variant.layers) b.output('hidden', x);

  if (variant.logits !== 'none') {
    const rows = variant.logits === 'last' ? b.slice(x, 0, -1) : x;
    const head = text.tieWordEmbeddings ? names.embed : names.head;
    const normed = rmsNorm({ b, config: text, weight }, names.norm, rows);
    b.output('logits', b.linear(normed, weight(head, [text.vocabSize, text.hiddenSize])));
  }
  return b.finish();
}
