/**
 * What an evaluation compares: methods that answer a sample's question or say where its answer lies (METHOD §4–§6), by the names that
 * command line, store, engine and page share.
 */
import { z } from 'zod';
import { THROUGHPUT_GROUPS } from './benchmarks/throughput-groups.ts';
import { boxSchema, idSchema, jobSchema } from './domain.ts';
import { gateSignalSchema } from './gate.ts';
import { MOST } from './limits.ts';
import { sampleFilterSchema } from './procedures/sample-filter.ts';

/**
 * `alone` the whole picture, once · crop of the box of a map: `raw` attention, `relative` attention (ViCrop's question map ÷ generic
 * map), `denoised` attention, the `rpn` · crop of a box that is known: an outside `proposal`, the `truth` · `vicrop` relative attention
 * with window search · `s2` two scales, features combined · `scaled` the whole picture at another resolution · `warp` the picture
 * warped by attention · `packed` several regions packed into one crop · `random`, `centre` a crop that looks at nothing · `saliency`
 * the crop of a map that knows no question.
 */
export const METHODS = [
  'alone',
  'raw',
  'relative',
  'denoised',
  'rpn',
  'proposal',
  'truth',
  'vicrop',
  's2',
  'scaled',
  'warp',
  'packed',
  'random',
  'centre',
  'saliency',
] as const;

const GRADIENTS = 'needs gradients of attention or of pixels, which the runtime does not make';
const BLOCKS = 'looks at a large picture in blocks';

/** What others have and Fovea has not, by the names of ViCrop's own command line (saccharomycetes/mllms_know): refused with the reason. */
const REFUSED: ReadonlyMap<unknown, string> = new Map([
  ['grad_att', GRADIENTS],
  ['grad_att_high', GRADIENTS],
  ['pure_grad', GRADIENTS],
  ['pure_grad_high', GRADIENTS],
  ['rel_att_high', BLOCKS],
]);

export const methodSchema = z.enum(METHODS, {
  error: ({ input }) => {
    const why = REFUSED.get(input);
    return why && `${String(input)} ${why}; vicrop is ViCrop’s relative attention`;
  },
});
export type Method = z.infer<typeof methodSchema>;

/** Methods of other authors and controls: the engine's request `tryMethod` runs them. */
export const BASELINES = [
  'relative',
  'vicrop',
  's2',
  'scaled',
  'warp',
  'packed',
  'random',
  'centre',
  'saliency',
] as const satisfies readonly Method[];
export const baselineSchema = z.enum(BASELINES);
export type Baseline = z.infer<typeof baselineSchema>;

/** Methods that give a map of the picture, so that it can be compared with where the answer is known to be. */
export const MAPPED = [
  'raw',
  'relative',
  'denoised',
  'rpn',
  'vicrop',
  'saliency',
] as const satisfies readonly Method[];

const count = z.number().int().min(0);
const share = z.number().min(0).max(1);

/** What is to be measured. The picture alone is always asked: it is what all others are compared with. */
export const evaluationWishSchema = z.object({
  /** Model, preset, and whose maps are measured; null: the run that labelling goes on with. */
  runId: idSchema.nullable().default(null),
  methods: z.array(methodSchema).min(1).max(METHODS.length),
  filter: sampleFilterSchema,
  /** So many samples of the filter at most, in the order they were imported; null: all. */
  limit: z.number().int().min(1).nullable().default(null),
  /** What `random` follows from. */
  seed: z.number().int().min(0).max(0xffff_ffff).default(0),
  /** Visual tokens that the picture, and each crop, may have at most; null: what the checkpoint's image processor says. */
  tokens: z.number().int().min(1).max(MOST.visualTokens).nullable().default(null),
});
export type EvaluationWish = z.infer<typeof evaluationWishSchema>;

/** What was measured, written down when it began: it stays what it was whatever becomes of the run. */
export const evaluationSettingsSchema = evaluationWishSchema.extend({
  runId: idSchema,
  model: z.string(),
  /** Hash over its files. */
  fingerprint: z.string(),
  rpn: z.string().nullable(),
  preset: z.string(),
  precision: z.string(),
  maxNewTokens: count,
  /** Of Fovea. */
  version: z.string(),
  machine: z.object({
    system: z.string(),
    processor: z.string(),
    cores: count,
    memoryBytes: z.number(),
  }),
});
export type EvaluationSettings = z.infer<typeof evaluationSettingsSchema>;

/** Milliseconds of one answer by stage. `load` (reading and preparing the picture) is none of the authors' generate time. */
export const stageTimesSchema = z.object({
  load: z.number(),
  vision: z.number(),
  prefill: z.number(),
  decode: z.number(),
  rpn: z.number(),
  /** All that has no name here: cutting the crop, a method's own arithmetic. */
  other: z.number(),
});
export type StageTimes = z.infer<typeof stageTimesSchema>;
export const STAGES = ['load', 'vision', 'prefill', 'decode', 'rpn', 'other'] as const;

/** Where a method looked, against where the answer is known to be. Null: it has no map or no crop, or nothing is known. */
export const localisationSchema = z.object({
  /** Area under the ROC curve of the map over the true cells. */
  auc: share.nullable(),
  /** Whether the map's largest value lies on a true cell (pointing game; equal ones share). */
  pointing: share.nullable(),
  /** Share of the map's sum that lies on true cells. */
  coverage: share.nullable(),
  /** Share of the true cells among the tenth of all cells that the map scores highest. */
  recall: share.nullable(),
  /** Intersection over union of the box around the crops and the box around the truth. */
  iou: share.nullable(),
  /** Share of the true cells that the crops show. */
  inside: share.nullable(),
  /** Part of the picture that the crops take. */
  area: share.nullable(),
});
export type Localisation = z.infer<typeof localisationSchema>;
export const NO_LOCALISATION: Localisation = {
  auc: null,
  pointing: null,
  coverage: null,
  recall: null,
  iou: null,
  inside: null,
  area: null,
};

/** How much a crop is needed, by what a method shows of it: of `alone` its answer's certainty, of `rpn` the RPN's. Null: not known. */
export const gateNeedsSchema = z.object({
  sure: share.nullable(),
  weakest: share.nullable(),
  peak: share.nullable(),
  trained: share.nullable(),
});

/** What one method made of one sample. */
export const methodResultSchema = localisationSchema.extend(gateNeedsSchema.shape).extend({
  method: methodSchema,
  /** Why there is no answer; null: there is. */
  error: z.string().nullable(),
  answer: z.string().nullable(),
  /** 0 wrong … 1 right, by the sample's scorer; null: no right answer is known. */
  score: share.nullable(),
  /** What was done where the method's name is that of something which only resembles it. */
  variant: z.string().nullable(),
  /** In source pixels; empty: the whole picture was looked at alone. */
  crops: z.array(boxSchema),
  times: stageTimesSchema.nullable(),
  visualTokens: count.nullable(),
  /** How many bytes more the engine process held at most while it answered; null: nobody knows. */
  memoryBytes: count.nullable(),
});
export type MethodResult = z.infer<typeof methodResultSchema>;

const estimateSchema = z.object({ n: count, value: z.number(), low: z.number(), high: z.number() });
export type EstimateFound = z.infer<typeof estimateSchema>;
const differenceSchema = estimateSchema.extend({
  p: share,
  /** Over all comparisons of the table together (Holm); null: of a slice, which is not tested. */
  adjusted: share.nullable(),
  wins: z.tuple([count, count]),
});
export type DifferenceFound = z.infer<typeof differenceSchema>;

/** Means that a table shows of a method. */
export const MEANS = ['auc', 'pointing', 'coverage', 'recall', 'iou', 'inside', 'area'] as const;

/** Throughput over benchmarks together, by the authors' rule (benchmarks/throughput-groups.ts). */
const groupThroughputSchema = z.object({
  group: z.enum(THROUGHPUT_GROUPS),
  /** Benchmarks of the group that were measured: it is theirs alone. */
  tasks: z.array(z.string()),
  /** Mean over them of how often the method is right. */
  score: share.nullable(),
  perSecond: z.number(),
  wallPerSecond: z.number(),
});
export type GroupThroughput = z.infer<typeof groupThroughputSchema>;

/** One method over the samples of a table or a slice. */
export const methodNumbersSchema = z.object({
  method: methodSchema,
  /** Samples that it was asked about, and those where that failed. */
  asked: count,
  failed: count,
  accuracy: estimateSchema.nullable(),
  /** Against the picture alone, on the samples that both answered. Of `truth` it is the zooming gap. */
  gain: differenceSchema.nullable(),
  means: z.record(z.enum(MEANS), estimateSchema.nullable()),
  /** AUC against raw attention's on the same samples. */
  aucGain: differenceSchema.nullable(),
  /** Right means a score of at least one half. */
  outcomes: z.object({ fixed: count, broken: count, right: count, wrong: count }),
  /** Means over what was answered. */
  times: stageTimesSchema.nullable(),
  visualTokens: z.number().nullable(),
  /** The most over what was answered. */
  memoryBytes: count.nullable(),
  /** Samples a second of generate time (the authors' protocol) and by the clock, and both ÷ the picture alone's. */
  throughput: z
    .object({
      perSecond: z.number(),
      relative: z.number().nullable(),
      wallPerSecond: z.number(),
      wallRelative: z.number().nullable(),
      /** Empty: no sample is of a benchmark that the authors time. */
      groups: z.array(groupThroughputSchema),
    })
    .nullable(),
});
export type MethodNumbers = z.infer<typeof methodNumbersSchema>;

/** Methods whose crop a gate may leave out. */
export const GATED = [
  'raw',
  'relative',
  'denoised',
  'rpn',
  'vicrop',
  'packed',
] as const satisfies readonly Method[];

const gatePointSchema = z.object({
  /** Below it no crop is taken; null: none ever is. */
  threshold: share.nullable(),
  /** Share of the samples that are cropped. */
  crops: share,
  score: share,
});

/** A method's crop taken only where a signal says that it is needed. */
export const gateSchema = z.object({
  method: methodSchema,
  signal: gateSignalSchema,
  /** Chosen on one half of the pictures: the highest score, of equal ones the fewest crops. Null: best without any crop. */
  threshold: share.nullable(),
  /** Samples that it was chosen on. */
  chosenOn: count,
  /** On the other half: share cropped; right answers with the gate, with every crop, and alone. */
  crops: estimateSchema.nullable(),
  accuracy: estimateSchema.nullable(),
  always: estimateSchema.nullable(),
  alone: estimateSchema.nullable(),
  /** On the other half: with the gate against every crop, and against the picture alone. Not tested. */
  againstAlways: differenceSchema.nullable(),
  againstAlone: differenceSchema.nullable(),
  /**
   * Speed relative to alone that follows from the share cropped and what both looks cost, of generate time; of a gate by the answer as
   * if the looks shared nothing. Null: not timed.
   */
  relative: z.number().nullable(),
  /** Over all samples, from all cropped to none; of very many thresholds the best of each stretch. */
  curve: z.array(gatePointSchema),
});
export type Gate = z.infer<typeof gateSchema>;

export const SLICES = ['language', 'size', 'place', 'dataset', 'tag', 'length'] as const;
export const sliceBySchema = z.enum(SLICES);
export type SliceBy = z.infer<typeof sliceBySchema>;

export const evaluationTableSchema = z.object({
  /** Samples that every method was asked about, or will be. */
  samples: count,
  /** And their pictures: questions on one are not independent. */
  pictures: count,
  methods: z.array(methodNumbersSchema),
  /** Comparisons that the adjusted chances stand for together. */
  compared: z.object({ accuracy: count, auc: count }),
  /** Where the samples' certainty was stored and both halves have pictures. */
  gates: z.array(gateSchema),
  slices: z.array(
    z.object({
      by: sliceBySchema,
      /** Empty: none given. */
      value: z.string(),
      samples: count,
      methods: z.array(methodNumbersSchema),
    }),
  ),
});
export type EvaluationTable = z.infer<typeof evaluationTableSchema>;

export const evaluationSchema = z.object({
  id: idSchema,
  createdAt: z.string(),
  settings: evaluationSettingsSchema,
  samples: count,
  /** Of them, those that all methods were tried on. */
  done: count,
  job: z.object({ id: idSchema, state: jobSchema.shape.state }).nullable(),
});
export type Evaluation = z.infer<typeof evaluationSchema>;

/** One budget of a sweep: an evaluation that differs from the others in nothing else. */
export const sweepPointSchema = z.object({
  evaluation: evaluationSchema,
  methods: z.array(
    methodNumbersSchema.pick({ method: true, accuracy: true, visualTokens: true, throughput: true }),
  ),
});
export type SweepPoint = z.infer<typeof sweepPointSchema>;

/** Which samples a cell of the table stands for. */
export const evaluationCellSchema = z.object({
  method: methodSchema,
  which: z.enum(['asked', 'right', 'wrong', 'fixed', 'broken', 'failed']),
  slice: z.object({ by: sliceBySchema, value: z.string().max(MOST.filterValue) }).nullable(),
});
export type EvaluationCell = z.infer<typeof evaluationCellSchema>;
