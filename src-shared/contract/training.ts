/**
 * Training an RPN on what people reviewed: which labels, with which settings, and what came of it. Both sides and the files
 * of a project speak of it in these words.
 */
import { z } from 'zod';
import { idSchema } from './domain.ts';
import { MOST } from './limits.ts';

/**
 * `reviewed` accepted and corrected labels alone · `mixed` those and, weighted, the predictions nobody decided on · `pseudo`
 * every label as predicted, the paper's self-distillation (held-out samples keep what was decided: they are measured with).
 */
export const trainingLabelsSchema = z.enum(['reviewed', 'mixed', 'pseudo']);
export type TrainingLabels = z.infer<typeof trainingLabelsSchema>;

export const trainingPartSchema = z.enum(['train', 'held_out']);
export type TrainingPart = z.infer<typeof trainingPartSchema>;

/** Whose word a label is: a person's who accepted it, a person's who corrected it, or nobody's. */
export const trainingKindSchema = z.enum(['accepted', 'corrected', 'pseudo']);
export type TrainingKind = z.infer<typeof trainingKindSchema>;

/** Bits of 64 in which two pictures' perceptual hashes may differ and still count as one picture; SPEC.md [P3]. */
export const NEAR_DUPLICATE_BITS = 8;
export const NEAR_DUPLICATE_BITS_MOST = 11;

/** What a run is to learn from. */
export const trainingDataSchema = z.object({
  labels: trainingLabelsSchema,
  /** Of a predicted label beside a reviewed one's 1, where both are used. */
  pseudoWeight: z.number().positive().max(1).default(0.2),
  /** Only samples whose answer was right (the data must bring answers). */
  rightAnswersOnly: z.boolean().default(false),
  /** Leave out labels without foreground or without background: the MSE form cannot use the former. */
  bothClassesOnly: z.boolean().default(false),
  /** Share of the samples that is kept to measure with, 0 to below 1; 0: nothing is measured. */
  heldOut: z.number().min(0).max(0.9).default(0.1),
  seed: z.number().int().min(0).max(0xffffffff).default(0),
  /** The labelling run whose predictions count where nobody decided; null: whatever each sample shows. */
  runId: idSchema.nullable().default(null),
  /** Hamming distance of pictures that may not lie in both parts; 0: the same hash. */
  nearDuplicateBits: z.number().int().min(0).max(NEAR_DUPLICATE_BITS_MOST).default(NEAR_DUPLICATE_BITS),
});
export type TrainingDataWish = z.input<typeof trainingDataSchema>;
export type TrainingData = z.output<typeof trainingDataSchema>;

/** Why a sample is in neither part. */
export const trainingLeftOutSchema = z.enum([
  'rejected',
  'not_labelled',
  'not_reviewed',
  'dropped',
  'all_ignore',
  'one_class',
  'no_answer_to_compare',
  'wrong_answer',
  'picture_changed',
  'picture_unreadable',
]);
export type TrainingLeftOut = z.infer<typeof trainingLeftOutSchema>;

const byKindSchema = z.object({
  accepted: z.number().int(),
  corrected: z.number().int(),
  pseudo: z.number().int(),
});

/** Samples of each part by whose label they have, and what was left out. */
export const trainingCountsSchema = z.object({
  train: byKindSchema,
  heldOut: byKindSchema,
  /** Groups of pictures that are the same or nearly so; none lies in both parts. */
  groups: z.object({ train: z.number().int(), heldOut: z.number().int() }),
  /** Pictures that share their group with another one. */
  nearDuplicates: z.number().int(),
  leftOut: z.partialRecord(trainingLeftOutSchema, z.number().int()),
});
export type TrainingCounts = z.infer<typeof trainingCountsSchema>;

/** One sample of a frozen list, without its label. */
export interface TrainingSample {
  readonly sampleId: number;
  readonly part: TrainingPart;
  readonly kind: TrainingKind;
  /** Id of the smallest-numbered picture of its group. */
  readonly pictureGroup: number;
  readonly predictionId: number;
  /** The revision whose label it is; null: the prediction's own. */
  readonly reviewId: number | null;
  /** Over the grid's two sides and the label's bytes. */
  readonly labelSha256: Uint8Array;
  /** Of its loss in a batch's mean. */
  readonly weight: number;
}

/** The authors' third, `mse`, gives scores that are read by other rules than a RoI's (METHOD §3): no version is made with it. */
export const trainingLossSchema = z.enum(['bce', 'focal']);
export type TrainingLoss = z.infer<typeof trainingLossSchema>;

/** What a run is made with besides its data (METHOD §3). */
export const trainingSettingsSchema = z.object({
  loss: trainingLossSchema,
  learningRate: z.number().positive(),
  betas: z.tuple([z.number().min(0).lt(1), z.number().min(0).lt(1)]),
  epsilon: z.number().positive(),
  weightDecay: z.number().min(0),
  clipNorm: z.number().positive(),
  /** Below 1: a share of the steps, rounded up; from 1 on: so many steps (transformers 5). */
  warmup: z.number().min(0),
  steps: z.number().int().positive(),
  /** Examples a step. */
  batch: z.number().int().positive(),
  /** Steps between two measurements on the held-out part. */
  measureEvery: z.number().int().positive(),
  device: z.enum(['cpu', 'webgpu']),
  cpuThreads: z.number().int().positive().max(MOST.threads),
});
export type TrainingRunSettings = z.infer<typeof trainingSettingsSchema>;

/** Where a run ran: same numbers are promised where these are the same. */
export const trainingEnvironmentSchema = z.object({
  fovea: z.string(),
  node: z.string(),
  onnxruntime: z.string(),
  platform: z.string(),
  cpu: z.string(),
});
export type TrainingEnvironment = z.infer<typeof trainingEnvironmentSchema>;

const measured = z.number().nullable();

/** A map's numbers on samples that have something to compare with; means over samples, null where there are none. */
export const rpnMeasureSchema = z.object({
  samples: z.number().int(),
  /** Area under the ROC curve over cells, ignored ones left out. */
  auc: measured,
  /** Intersection over union at the preset's RoI threshold. */
  iou: measured,
  /** Share of true cells inside the boxes of the preset's RoI rule. */
  boxRecall: measured,
  /** Mean binary cross-entropy of the probabilities over cells; absent of a map that has none. */
  loss: measured.optional(),
});
export type RpnMeasure = z.infer<typeof rpnMeasureSchema>;

/** What is measured against: labels that people corrected, the labels as they are (the teacher's own), or the samples' known boxes. */
export const trainingAgainstSchema = z.enum(['corrected', 'labels', 'truth']);

/** How g′, the map that made the pseudo-labels, does on the held-out samples of a run. */
export const teacherLevelSchema = z.object({ against: trainingAgainstSchema, measure: rpnMeasureSchema });
export type TeacherLevel = z.infer<typeof teacherLevelSchema>;

/** What was measured on the held-out part of a version's run. */
export const rpnMetricsSchema = z.object({
  against: trainingAgainstSchema,
  student: rpnMeasureSchema,
  /** g′, the map that made the pseudo-labels. */
  teacher: rpnMeasureSchema,
  /** The version that training began from; null: a fresh branch. */
  parent: rpnMeasureSchema.nullable().default(null),
  loss: measured,
  step: z.number().int().nullable(),
});
export type RpnMetrics = z.infer<typeof rpnMetricsSchema>;

export const rpnSourceSchema = z.enum(['trained', 'imported', 'model']);

/** A version of the RPN. Its folder has the authors' format; that of `model` is the base model's own. */
export const rpnVersionSchema = z.object({
  id: idSchema,
  name: z.string(),
  source: rpnSourceSchema,
  /** The version it was trained from; null: none of the project's (the RPN that the model brings itself, or a fresh branch). */
  parentId: idSchema.nullable(),
  trainingRunId: idSchema.nullable(),
  /** Of the base model with its adapter, without an RPN. */
  baseFingerprint: z.string(),
  /** K and T (METHOD §3). */
  k: z.number().int(),
  t: z.number().int(),
  /** Hex, over the weights file. */
  weightsSha256: z.string(),
  metrics: rpnMetricsSchema.nullable(),
  /** Labelling with its base model uses this one. */
  active: z.boolean(),
  createdAt: z.string(),
});
export type RpnVersion = z.infer<typeof rpnVersionSchema>;

export const trainingStateSchema = z.enum(['preparing', 'running', 'paused', 'done', 'failed', 'cancelled']);
export type TrainingState = z.infer<typeof trainingStateSchema>;

export const trainingRunSchema = z.object({
  id: idSchema,
  jobId: idSchema.nullable(),
  parentRpnId: idSchema.nullable(),
  rpnId: idSchema.nullable(),
  baseFingerprint: z.string(),
  data: trainingDataSchema,
  settings: trainingSettingsSchema,
  seed: z.number().int(),
  environment: trainingEnvironmentSchema,
  state: trainingStateSchema,
  /** Steps that are done and kept. */
  step: z.number().int(),
  bestStep: z.number().int().nullable(),
  counts: trainingCountsSchema.nullable(),
  /** Hex, over the frozen list; null: not chosen yet. */
  dataSha256: z.string().nullable(),
  metrics: rpnMetricsSchema.nullable(),
  /** Known once held-out samples are there to look at. */
  teacher: teacherLevelSchema.nullable(),
  message: z.string().nullable(),
  createdAt: z.string(),
  endedAt: z.string().nullable(),
});
export type TrainingRun = z.infer<typeof trainingRunSchema>;

/**
 * How a run stands: `waiting` for its turn · `preparing` its data and features · `pausing`, `finishing`, `cancelling` once the step in flight
 * is over.
 */
export const trainingStatusSchema = z.enum([
  'waiting',
  'preparing',
  'running',
  'pausing',
  'paused',
  'finishing',
  'cancelling',
  'done',
  'failed',
  'cancelled',
]);
export type TrainingStatus = z.infer<typeof trainingStatusSchema>;

export const trainingStandingSchema = z.object({ run: trainingRunSchema, status: trainingStatusSchema });
export type TrainingStanding = z.infer<typeof trainingStandingSchema>;

/** One step of a run's curve. That of step 0 is before the first step: it has no more than how the branch began. */
export const trainingPointSchema = z.object({
  step: z.number().int(),
  /** Of the step's batch, before the step. */
  loss: z.number().nullable(),
  learningRate: z.number().nullable(),
  /** Before it was clipped. */
  gradientNorm: z.number().nullable(),
  /** Where the held-out part was measured after it. */
  heldOut: rpnMeasureSchema.nullable(),
  /** That the run had taken by then, without its pauses. */
  seconds: z.number(),
});
export type TrainingPoint = z.infer<typeof trainingPointSchema>;

/** Two means over the same samples, and how sure their difference is: the middle 95% of a paired bootstrap. */
export const pairedMeasureSchema = z.object({
  /** Samples that both have the number of. */
  n: z.number().int(),
  a: z.number(),
  b: z.number(),
  /** Mean of a − b, and the ends of its interval. */
  difference: z.number(),
  low: z.number(),
  high: z.number(),
  wins: z.object({ a: z.number().int(), b: z.number().int(), ties: z.number().int() }),
});
export type PairedMeasure = z.infer<typeof pairedMeasureSchema>;

/** One side of a comparison: a version, the RPN that the model brings itself, g′ of the other side's run, or g′ of a run of its own. */
export const comparedSchema = z.object({
  kind: z.enum(['version', 'own', 'teacher', 'run']),
  rpnId: idSchema.nullable(),
  name: z.string(),
  runId: idSchema,
});
export type Compared = z.infer<typeof comparedSchema>;

/**
 * What sides of a comparison are measured against: labels that people corrected · those and the labels that people accepted as they
 * were, which are the teacher's own · the samples' known boxes.
 */
export const comparedAgainstSchema = z.enum(['corrected', 'reviewed', 'truth']);
export type ComparedAgainst = z.infer<typeof comparedAgainstSchema>;

/**
 * On which of the samples that both have predicted: those that the run of a side held out and neither learned from · those that
 * neither learned from, the former among them · all, also those that a side learned from.
 */
export const comparedOverSchema = z.enum(['held_out', 'unseen', 'all']);
export type ComparedOver = z.infer<typeof comparedOverSchema>;

/** Why a sample that both have a prediction of is not compared. */
export const notComparedSchema = z.enum([
  'learned_from',
  'not_held_out',
  'nothing_known',
  'no_map',
  'picture_changed',
]);
export type NotCompared = z.infer<typeof notComparedSchema>;

/** What is measured of each side, in the order of tables. */
export const COMPARED_MEASURES = ['auc', 'iou', 'boxRecall'] as const;
export type ComparedMeasure = (typeof COMPARED_MEASURES)[number];

/** One sample's numbers on one side, 0 to 1; null where they would mean nothing. */
export const agreementSchema = z.object({ auc: measured, iou: measured, boxRecall: measured });
export type Agreement = z.infer<typeof agreementSchema>;

export const rpnComparisonSchema = z.object({
  a: comparedSchema,
  b: comparedSchema,
  against: comparedAgainstSchema,
  over: comparedOverSchema,
  samples: z.number().int(),
  /** Samples of which something is known to measure against, by which are looked at. */
  known: z.object({ held_out: z.number().int(), unseen: z.number().int(), all: z.number().int() }),
  leftOut: z.partialRecord(notComparedSchema, z.number().int()),
  auc: pairedMeasureSchema.nullable(),
  iou: pairedMeasureSchema.nullable(),
  boxRecall: pairedMeasureSchema.nullable(),
});
export type RpnComparison = z.infer<typeof rpnComparisonSchema>;
