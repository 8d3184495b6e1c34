/**
 * The LLaVA family from its config alone: CLIP ViT → projector → LLaMA decoder, plus SD-RPN's branch when the
 * checkpoint has one. Only names and wiring live here; the parts are shared.
 */
import type { LlavaConfig } from '../../src-main/checkpoint/config.ts';
import { visionLayersUsed } from '../../src-main/checkpoint/required.ts';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import type { Graph } from '../../src-main/graph/types.ts';
import type { WeightSource } from '../../src-main/graph/weights.ts';
import { clipFeatures } from './clip-vit.ts';
import { decoderGraph, embedGraph, headGraph } from './decoder-graph.ts';
import { attentionGraph, betweenGraph } from './decoder-pieces.ts';
import { projector } from './projector.ts';
import { rpnGraph } from './rpn-branch.ts';
import type { ModelGraphs } from './types.ts';
import { weightsInto } from './weights.ts';

/** @throws FoveaError `missing_tensor` when a graph is made and a tensor it needs is absent. */
export function llava(config: LlavaConfig, weights: WeightSource): ModelGraphs {
  const { text, vision, rpn } = config;
  const { names } = config;
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
    dynamicGrid: false,
    pixelCount: () => 3 * vision.imageSize ** 2,
    visionFeeds: (pixels) => ({ pixels: [pixels, [1, 3, vision.imageSize, vision.imageSize]] }),
    rpn: rpn && { k: rpn.k, t: rpn.t },
    gate: null,

    embed: () => embedGraph(text, weights, names),

    vision(): Graph {
      const b = new GraphBuilder('vision', weights.placement);
      const weight = weightsInto(b, weights);
      const pixels = b.input('pixels', 'float32', [1, 3, vision.imageSize, vision.imageSize]);
      const features = clipFeatures(b, vision, weight, names.vision, pixels, visionLayersUsed(config));
      b.output('features', projector(b, weight, names.projector, features, text.hiddenSize));
      return b.finish();
    },

    decoder: (variant) => decoderGraph(text, weights, names, variant),
    between: (i) => betweenGraph(text, weights, names, i),
    attention: (shape) => attentionGraph(text, shape),
    head: () => headGraph(text, weights, names),

    rpnBranch: (softmaxed = false) =>
      rpn &&
      rpnGraph(text, { ...rpn, softmaxed }, weights, { layers: names.twigLayers, norm: names.twigNorm }),
    gateBranch: () => null,
  };
}
