/**
 * Trying things on one sample. Calls of one kind from one page (`slot`, any text the page chose for itself) replace each
 * other: the older one fails with `cancelled`.
 */
import { z } from 'zod';
import { boxSchema, idSchema } from '../domain.ts';
import { askedAnswerSchema, causalCheckSchema, cropAnswerSchema, tokenViewSchema } from '../inspect.ts';
import { MOST, nameSchema, reviewerSchema } from '../limits.ts';

const slotSchema = z.string().min(1).max(64);
/** What a call can be cancelled by. */
export const inspectKindSchema = z.enum(['tokens', 'ask', 'causal', 'crop']);
export type InspectKind = z.infer<typeof inspectKindSchema>;

export const inspectProcedures = {
  'inspect.tokens': {
    input: z.object({ slot: slotSchema, predictionId: idSchema }),
    output: tokenViewSchema,
  },
  /** Asks another question of the prediction's picture, under its run. */
  'inspect.ask': {
    input: z.object({
      slot: slotSchema,
      predictionId: idSchema,
      question: z.string().trim().min(1).max(MOST.question),
      /** The answer to feed, where the run feeds answers. */
      answer: z.string().max(MOST.answer).nullable(),
    }),
    output: askedAnswerSchema,
  },
  /** Stores an asked answer as a sample of the project; a second call gives the same one. */
  'inspect.keep': {
    input: z.object({
      askId: z.string().max(64),
      /** Null: an id made from the neighbour's. */
      externalId: nameSchema(MOST.externalId).nullable(),
      reviewer: reviewerSchema,
    }),
    output: z.object({ sampleId: idSchema, externalId: z.string() }),
  },
  /** Scores the answer again without the region, with it alone, and without boxes elsewhere; tells `inspect.progress`. */
  'inspect.causal': {
    input: z.object({
      slot: slotSchema,
      predictionId: idSchema,
      box: boxSchema,
      seed: z.number().int().min(0).max(1_000_000),
    }),
    output: causalCheckSchema,
  },
  /**
   * Answers after a second look at a crop: a box in whole source pixels, or what the prediction's maps give (null), which
   * is kept where the prediction has no second answer.
   */
  'inspect.crop': {
    input: z.object({ slot: slotSchema, predictionId: idSchema, box: boxSchema.nullable() }),
    output: cropAnswerSchema,
  },
  'inspect.cancel': { input: z.object({ slot: slotSchema, kind: inspectKindSchema }), output: z.object({}) },
} as const;
