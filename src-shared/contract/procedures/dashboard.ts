/**
 * The project in numbers. Every number stands for samples that a filter finds (`src-renderer/dashboard/dashboard.ts` says
 * which), and the two count alike: ranges here are those of `sample-filter.ts`, from the lower edge on, below the upper.
 */
import { z } from 'zod';
import { localisationSchema, outcomeSchema } from '../scoring/answers.ts';
import { droppedSchema, idSchema, sampleStateSchema } from '../domain.ts';
import { batchSchema } from './batches.ts';
import { none } from './none.ts';
import type { Measure } from './sample-filter.ts';

const countSchema = z.number().int().min(0);

/** Above every measure, which all end at 1: the last range holds 1 itself. */
const END = 2;
const TENTHS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, END] as const;

/** Edges of the bars; n + 1 of them for n bars. Regions are small: their size has finer steps at the small end. */
export const HISTOGRAM_EDGES = {
  disagreement: TENTHS,
  iou: TENTHS,
  roiSize: [0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, END],
} as const satisfies Partial<Record<Measure, readonly number[]>>;
export type HistogramMeasure = keyof typeof HISTOGRAM_EDGES;

/** Edges of the places a region's middle can have, the same from the left and from the top. */
export const PLACE_EDGES = [0, 1 / 8, 2 / 8, 3 / 8, 4 / 8, 5 / 8, 6 / 8, 7 / 8, END] as const;

const byStateSchema = z.record(sampleStateSchema, countSchema);

/** Samples with one language, split or tag. An empty name: with none. */
const groupSchema = z.object({
  name: z.string(),
  samples: countSchema,
  dropped: countSchema,
  byState: byStateSchema,
});
export type SampleGroup = z.infer<typeof groupSchema>;

const dashboardCountsSchema = z.object({
  samples: countSchema,
  byState: byStateSchema,
  /** With a label of the run that is shown; `labelled`, `failed` and `waiting` are all samples. */
  labelled: countSchema,
  failed: countSchema,
  waiting: countSchema,
  /** Of the labelled ones. */
  dropped: countSchema,
  dropRules: z.array(z.object({ rule: droppedSchema.shape.rule, samples: countSchema })),
  /** By whom the decisions that stand are, most first. */
  reviewers: z.array(
    z.object({ name: z.string(), accepted: countSchema, corrected: countSchema, rejected: countSchema }),
  ),
  /** Samples that two people or more decided: their last words on the label are the same decision, or differ. */
  agreement: z.object({ agree: countSchema, differ: countSchema }),
  /** Samples the latest batches decided and nobody took back, the latest batch first. */
  batches: z.array(z.object({ id: idSchema, decision: batchSchema.shape.decision, samples: countSchema })),
  languages: z.array(groupSchema),
  splits: z.array(groupSchema),
});
export type DashboardCounts = z.infer<typeof dashboardCountsSchema>;

const dashboardShapesSchema = z.object({
  /** One count per bar of {@link HISTOGRAM_EDGES}. */
  histograms: z.object({
    disagreement: z.array(countSchema),
    iou: z.array(countSchema),
    roiSize: z.array(countSchema),
  } satisfies Record<HistogramMeasure, z.ZodType>),
  /** `[8*8]`, row by row from the top left: where the middles of the regions are. */
  places: z.array(countSchema),
});
export type DashboardShapes = z.infer<typeof dashboardShapesSchema>;

const dashboardTagsSchema = z.object({
  /** The most frequent ones, most first; at last the samples without a tag. */
  groups: z.array(groupSchema),
  /** How many tags there are. */
  tags: countSchema,
});
export type DashboardTags = z.infer<typeof dashboardTagsSchema>;

/** What became of answers, and what the crop bought. */
const dashboardAnswersSchema = z.object({
  /** Samples by what the crop made of their answer. */
  outcomes: z.record(outcomeSchema, countSchema),
  /** Of which nobody knows whether the first answer is right. */
  unscored: countSchema,
  localised: z.record(localisationSchema, countSchema),
  /**
   * Share of right answers with the crop less the share alone, over the samples that were answered both ways, and the interval
   * that holds it in 95 of 100 such studies; null without one.
   */
  gain: z.object({ n: countSchema, value: z.number(), low: z.number(), high: z.number() }).nullable(),
});
export type DashboardAnswers = z.infer<typeof dashboardAnswersSchema>;

/** How many decisions of a person the speed is taken from, and the longest time between two that is no break. */
export const SPEED_DECISIONS = 200;
export const SPEED_BREAK_MS = 120_000;

const dashboardSpeedSchema = z.object({
  /** The samples of the person's latest decisions, the latest first; batches do not count. */
  sampleIds: z.array(idSchema).max(SPEED_DECISIONS),
  /** Decisions a minute while at work; null with too few of them to say. */
  perMinute: z.number().nullable(),
});
export type DashboardSpeed = z.infer<typeof dashboardSpeedSchema>;

export const dashboardProcedures = {
  'dashboard.counts': { input: none, output: dashboardCountsSchema },
  'dashboard.shapes': { input: none, output: dashboardShapesSchema },
  'dashboard.answers': { input: none, output: dashboardAnswersSchema },
  'dashboard.tags': { input: none, output: dashboardTagsSchema },
  'dashboard.speed': {
    input: z.object({ reviewer: z.string().min(1).max(200) }),
    output: dashboardSpeedSchema,
  },
} as const;
