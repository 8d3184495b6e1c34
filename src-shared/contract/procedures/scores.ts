/** The numbers of one sample. */
import { z } from 'zod';
import { scoredAnswersSchema } from '../scoring/answers.ts';
import { idSchema } from '../domain.ts';
import { measureSchema, sampleFilterSchema } from './sample-filter.ts';

/** Why a number is not there. */
export const noScoreSchema = z.enum([
  'not_labelled',
  'dropped',
  'undecided',
  'no_foreground',
  'no_rpn',
  'maps_lost',
  'no_rpn_box',
  'no_truth',
  'truth_of_other_picture',
]);
export type NoScore = z.infer<typeof noScoreSchema>;

/** A share of 1 (bits: `uncertainty`), or why there is none. */
export const scoreSchema = z.union([z.number(), noScoreSchema]);
export type Score = z.infer<typeof scoreSchema>;

/** Of one label; `../score-facts.ts` says how each is counted. */
export const labelScoresSchema = z.object({
  rpnMask: scoreSchema,
  rpnBox: scoreSchema,
  truthMask: scoreSchema,
  truthBox: scoreSchema,
  roiSize: scoreSchema,
});
export type LabelScores = z.infer<typeof labelScoresSchema>;

export const sampleScoresSchema = z.object({
  /** Of the label that the sample's run predicted. */
  predicted: labelScoresSchema,
  /** Of the correction that stands, and its overlap with that label; null: none does. */
  corrected: labelScoresSchema.extend({ iou: z.number().nullable() }).nullable(),
  uncertainty: scoreSchema,
});
export type SampleScores = z.infer<typeof sampleScoresSchema>;

/** Bars of a histogram beside a filter by a number, of equal width from 0 to 1. */
export const HISTOGRAM_BARS = 40;

export const histogramsSchema = z.record(
  measureSchema,
  z.array(z.number().int().min(0)).length(HISTOGRAM_BARS),
);
export type Histograms = z.infer<typeof histogramsSchema>;

export const scoreProcedures = {
  'samples.scores': { input: z.object({ id: idSchema }), output: sampleScoresSchema },
  /** Its answers as they count now; null: it is not labelled yet. */
  'samples.answers': { input: z.object({ id: idSchema }), output: scoredAnswersSchema.nullable() },
  /** Counted under `filter`, each number without its own range. */
  'samples.histograms': { input: z.object({ filter: sampleFilterSchema }), output: histogramsSchema },
} as const;
