/**
 * Looking into the model on one sample. Calls of one page (`slot`, any text it chose for itself) replace each other:
 * the older one fails with `cancelled`.
 */
import { z } from 'zod';
import { sampleFilterSchema } from './sample-filter.ts';
import { bytesSchema, gridSchema, idSchema, transformSchema } from '../domain.ts';

/** Samples that heads can be ranked over at once. */
export const RANKED_MOST = 500;

const slotSchema = z.string().min(1).max(64);

/** Every head's map of some layers. */
export const headMapSetSchema = z
  .object({
    predictionId: idSchema,
    grid: gridSchema,
    transform: transformSchema,
    /** Layer numbers, ascending. */
    layers: z.array(z.number().int().min(0)),
    /** Heads per layer. */
    heads: z.number().int().min(1),
    /** Float16 little-endian bytes of `[layers, heads, H*W]`. */
    data: bytesSchema,
  })
  .refine(
    ({ grid, layers, heads, data }) => data.length === 2 * layers.length * heads * grid[0] * grid[1],
    'the maps do not fit their grid',
  );
export type HeadMapSet = z.infer<typeof headMapSetSchema>;

/** Why a sample of the filter says nothing about heads. */
export const unrankedSchema = z.enum([
  'not_labelled',
  'nothing_known',
  'one_class',
  'other_model',
  'other_grid',
  'unreadable',
]);
export type Unranked = z.infer<typeof unrankedSchema>;

/** How well every head's map finds what is known of some samples. */
export const headRankingSchema = z.object({
  against: z.enum(['truth', 'reviewed']),
  /** Samples that were measured. */
  samples: z.number().int().min(1),
  /** Samples that the filter lets through. */
  listed: z.number().int(),
  /** `stopped`: by the person, with what was measured until then. */
  ended: z.enum(['done', 'stopped']),
  layers: z.array(z.number().int().min(0)),
  /** Heads per layer. */
  heads: z.number().int().min(1),
  /** Mean ROC-AUC over the samples `[layers · heads]`; null: no sample had attention of the head. */
  auc: z.array(z.number().nullable()),
  /** Standard error of that mean; null with fewer than two samples. */
  standardError: z.array(z.number().nullable()),
  /** Samples that were looked at and could not be measured. */
  unranked: z.partialRecord(unrankedSchema, z.number().int()),
});
export type HeadRanking = z.infer<typeof headRankingSchema>;

export const analysisProcedures = {
  /**
   * Asks the model again about samples of a filter, drawn by chance (the same ones each time), and ranks every head of every layer by
   * what is known of them: boxes they came with, or labels that people stand behind. Tells `analysis.progress` in samples;
   * `analysis.cancel` ends it with what was measured.
   */
  'analysis.rankHeads': {
    input: z.object({
      slot: slotSchema,
      filter: sampleFilterSchema,
      against: z.enum(['truth', 'reviewed']),
      samples: z.number().int().min(1).max(RANKED_MOST),
    }),
    output: headRankingSchema,
  },
  /**
   * Asks the model again and gives every head's map of the layers the preset uses (`recipe`) or of all. Tells
   * `analysis.progress`.
   */
  'analysis.heads': {
    input: z.object({ slot: slotSchema, predictionId: idSchema, layers: z.enum(['recipe', 'all']) }),
    output: headMapSetSchema,
  },
  'analysis.cancel': { input: z.object({ slot: slotSchema }), output: z.object({}) },
} as const;
