/** The branch that is measured, and how its sides are asked for a step. */
import { z } from 'zod';

export interface BranchShape {
  readonly hidden: number;
  readonly inner: number;
  readonly heads: number;
  readonly kv_heads: number;
  readonly t: number;
}

const pair = z.tuple([z.number(), z.number()]);
/** Where in the prompt the visual tokens lie, `to` exclusive, and their grid. */
export const requestSchema = z.object({ visual: pair, grid: pair });

/** Sizes as in Qwen2.5-VL-3B's config.json. */
export const SHAPE: BranchShape = {
  hidden: 2048,
  inner: 11008,
  heads: 16,
  kv_heads: 2,
  t: 3,
};
export const LENGTH = 700;
export const REQUEST: z.infer<typeof requestSchema> = { visual: [16, 640], grid: [24, 26] };

/** Of a step. */
export const answerSchema = z.object({
  loss: z.number(),
  /** Forward and backward; clipping and AdamW. */
  seconds: pair,
});
export type StepAnswer = z.infer<typeof answerSchema>;

/** The model's text config for such a branch. */
export function textOf({ hidden, inner, heads, kv_heads: kvHeads, t }: BranchShape) {
  const headDim = hidden / heads;
  return {
    hiddenSize: hidden,
    intermediateSize: inner,
    layers: t,
    heads,
    kvHeads,
    headDim,
    rmsNormEps: 1e-6,
    ropeTheta: 1e6,
    maxPositions: 4096,
    vocabSize: 8,
    tieWordEmbeddings: false,
    qkvBias: true,
    // A quarter for time, the rest for rows and columns, as in the published models.
    mropeSection: [headDim / 8, (3 * headDim) / 16, (3 * headDim) / 16] as const,
  };
}
