/** What can be tried on one sample: each token's own map, another question, and a causal check of its region. */
import { z } from 'zod';
import {
  boxSchema,
  bytesSchema,
  droppedSchema,
  gridSchema,
  idSchema,
  placedMapSchema,
  secondStageSchema,
  transformSchema,
} from './domain.ts';

const timingsSchema = z.record(z.string(), z.number());

/** One text token behind the picture, or one of the answer, in the order they were fed. */
export const inspectedTokenSchema = z.object({
  id: z.number().int(),
  /** What a person reads for it; never empty. */
  text: z.string(),
  /** `template`: words of the prompt's form, not of the question. */
  role: z.enum(['template', 'question', 'answer']),
  /** Its row is part of the sample's grounding map. */
  used: z.boolean(),
  /** Float16 little-endian bytes `[H*W]`; null: said last and never fed back, so it looked at nothing. */
  map: bytesSchema.nullable(),
});
export type TokenFacts = z.infer<typeof inspectedTokenSchema>;

export const tokenViewSchema = z.object({
  predictionId: idSchema,
  /** Of every map. */
  grid: gridSchema,
  transform: transformSchema,
  tokens: z.array(inspectedTokenSchema),
  timings: timingsSchema,
  device: z.string(),
});
export type TokenView = z.infer<typeof tokenViewSchema>;

/** What a model says to one question of one picture, and where it looked. */
export const triedAnswerSchema = z.object({
  question: z.string(),
  answer: z.string(),
  secondStage: secondStageSchema.nullable(),
  dropped: droppedSchema.nullable(),
  boxes: z.object({ raw: z.array(boxSchema), denoised: z.array(boxSchema), rpn: z.array(boxSchema) }),
  maps: z.object({
    raw: placedMapSchema.nullable(),
    denoised: placedMapSchema.nullable(),
    rpn: placedMapSchema.nullable(),
  }),
  timings: timingsSchema,
  device: z.string(),
});
export type TriedAnswer = z.infer<typeof triedAnswerSchema>;

/** An answer to a question a reviewer tried. Nothing of it is in the project until it is kept. */
export const askedAnswerSchema = triedAnswerSchema.extend({
  askId: z.string(),
  /** The id it gets when none is written. */
  suggestedId: z.string(),
});
export type AskedAnswer = z.infer<typeof askedAnswerSchema>;

/** An answer about a picture of no project. Nothing of it is kept anywhere. */
export const ownPictureAnswerSchema = triedAnswerSchema.extend({
  /** The picture in stored pixels, as maps and boxes are on it. */
  size: z.tuple([z.number().int(), z.number().int()]),
  /** WebP of it, smaller where it is large. */
  preview: bytesSchema,
  modelName: z.string(),
  presetName: z.string(),
});
export type OwnPictureAnswer = z.infer<typeof ownPictureAnswerSchema>;

/** The answer after a second look at a crop. */
export const cropAnswerSchema = z.object({
  predictionId: idSchema,
  sampleId: idSchema,
  secondStage: secondStageSchema,
  /** It is the prediction's from now on. */
  kept: z.boolean(),
});
export type CropAnswer = z.infer<typeof cropAnswerSchema>;

/** What the model is shown: the picture, it without the region, the region alone, and one other box alone. */
export const variantNameSchema = z.enum(['whole', 'hidden', 'only', 'controlOnly']);
export type VariantName = z.infer<typeof variantNameSchema>;

export const causalVariantSchema = z.object({
  name: variantNameSchema,
  /** The model's own answer. */
  answer: z.string(),
  /** log p of the scored answer, natural logarithm, all tokens; null when it has none. */
  logProb: z.number().nullable(),
  ms: z.number(),
});
export type CausalVariant = z.infer<typeof causalVariantSchema>;

/** A box of the region's size elsewhere, hidden in its place. */
export const causalControlSchema = z.object({
  box: boxSchema,
  /** log p of the scored answer with this box hidden. */
  logProb: z.number().nullable(),
  ms: z.number(),
});

/** In nats; `kernels/measures/causal-effect.ts` says how each comes about. */
export const causalEffectSchema = z.object({
  kind: z.enum(['guessing', 'few_controls', 'depends', 'unclear', 'not_shown']),
  drop: z.number(),
  controlDrops: z.array(z.number()),
  mean: z.number().nullable(),
  spread: z.number().nullable(),
  size: z.number().nullable(),
  rank: z.number().int(),
});

export const causalCheckSchema = z.object({
  predictionId: idSchema,
  box: boxSchema,
  seed: z.number().int(),
  /** Drawn by the seed; fewer where the picture has no room for more. `controlOnly` shows the first. */
  controls: z.array(causalControlSchema),
  /** The answer whose likelihood is compared: the prediction's. */
  scored: z.object({ answer: z.string(), tokens: z.number().int(), given: z.boolean() }),
  /** What stands where the picture was taken away, 8-bit RGB. */
  fill: z.object({
    colour: z.tuple([z.number().int(), z.number().int(), z.number().int()]),
    source: z.enum(['padding', 'square', 'mean']),
  }),
  variants: z.array(causalVariantSchema),
  /** Null: the answer has no tokens to score. */
  effect: causalEffectSchema.nullable(),
  device: z.string(),
});
export type CausalCheck = z.infer<typeof causalCheckSchema>;
