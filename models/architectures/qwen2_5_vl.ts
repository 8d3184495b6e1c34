/**
 * The Qwen2.5-VL family from its config alone: windowed ViT with a patch merger → Qwen2 decoder (LLaMA's layers with
 * biases and M-RoPE), plus SD-RPN's branch in its Qwen form and Q-Zoom's gate when the checkpoint has them.
 */
import type { QwenConfig } from '../../src-main/checkpoint/qwen/config.ts';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import type { Graph } from '../../src-main/graph/types.ts';
import type { WeightSource } from '../../src-main/graph/weights.ts';
import { decoderGraph, embedGraph, headGraph } from './decoder-graph.ts';
import { attentionGraph, betweenGraph } from './decoder-pieces.ts';
import { qwenFeatures } from './qwen-vit.ts';
import { windowFeeds } from './qwen-windows.ts';
import { gateGraph } from './gate-branch.ts';
import { rpnGraph } from './rpn-branch.ts';
import type { ModelGraphs } from './types.ts';
import { weightsInto } from './weights.ts';

/** METHOD §1: the teacher sees 576 visual tokens. */
const TEACHER_SIDE = 24;

/** @throws FoveaError `missing_tensor` when a graph is made and a tensor it needs is absent. */
export function qwen2_5_vl(config: QwenConfig, weights: WeightSource): ModelGraphs {
  const { text, vision, rpn, gate } = config;
  const { names } = config;
  const patch = 3 * vision.temporalPatchSize * vision.patchSize ** 2;
  return {
    family: 'qwen2_5_vl',
    layers: text.layers,
    heads: text.heads,
    kvHeads: text.kvHeads,
    headDim: text.headDim,
    hiddenSize: text.hiddenSize,
    vocabSize: text.vocabSize,
    ropeTheta: text.ropeTheta,
    maxPositions: text.maxPositions,
    grid: [TEACHER_SIDE, TEACHER_SIDE],
    imageSide: TEACHER_SIDE * vision.patchSize * vision.mergeSize,
    dynamicGrid: true,
    ...(text.mropeSection ? { mropeSection: text.mropeSection } : {}),
    rpn: rpn && { k: rpn.k, t: rpn.t },
    gate: gate && { k: gate.k, t: gate.t },
    pixelCount: ([rows, cols]) => rows * cols * vision.mergeSize ** 2 * patch,
    visionFeeds: (pixels, grid) => windowFeeds(vision, pixels, grid),

    embed: () => embedGraph(text, weights, names),

    vision(): Graph {
      const b = new GraphBuilder('vision', weights.placement);
      b.output('features', qwenFeatures(b, vision, weightsInto(b, weights), names.vision, text.hiddenSize));
      return b.finish();
    },

    decoder: (variant) => decoderGraph(text, weights, names, variant),
    between: (i) => betweenGraph(text, weights, names, i),
    attention: (shape) => attentionGraph(text, shape),
    head: () => headGraph(text, weights, names),

    rpnBranch: (softmaxed = false) =>
      rpn &&
      rpnGraph(text, { ...rpn, rotary: true, softmaxed }, weights, {
        layers: names.twigLayers,
        norm: names.twigNorm,
      }),
    gateBranch: () =>
      gate && gateGraph(text, gate, weights, { layers: names.gateLayers, head: names.gateHead }),
  };
}
