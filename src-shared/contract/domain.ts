/**
 * What both sides talk about: samples, predictions, reviews, runs, jobs. Schemas are parsed once at each boundary.
 * Maps travel as little-endian float16 bytes, labels as int8 bytes, both row-major `[H*W]`.
 */
import { z } from 'zod';
import { localisationSchema, outcomeSchema } from './scoring/answers.ts';
import { wireErrorSchema } from './errors.ts';
import { checkpointRulesSchema } from './rules.ts';
import { gateSaidSchema } from './gate.ts';
import { presetSchema } from './preset.ts';

export const idSchema = z.number().int().positive();
export const gridSchema = z.tuple([z.number().int().positive(), z.number().int().positive()]);
/** Source pixels, xyxy, exclusive maxima. */
export const boxSchema = z.tuple([z.number(), z.number(), z.number(), z.number()]);
export const transformSchema = z.object({
  scaleX: z.number(),
  scaleY: z.number(),
  offsetX: z.number(),
  offsetY: z.number(),
  /** EXIF orientation that the model saw turned upright; absent: none. */
  turned: z.literal([1, 2, 3, 4, 5, 6, 7, 8]).optional(),
});
export const droppedSchema = z.object({
  rule: z.enum(['empty_answer', 'area', 'low_max']),
  value: z.number(),
  limit: z.number(),
});
export const bytesSchema = z.instanceof(Uint8Array);

/**
 * `unlabelled` no prediction yet · `pending` predicted, not reviewed · `accepted` the label as predicted is right ·
 * `corrected` the revision's label is right · `rejected` leave it out of training and export, never a negative.
 */
export const sampleStateSchema = z.enum(['unlabelled', 'pending', 'accepted', 'corrected', 'rejected']);
export type SampleState = z.infer<typeof sampleStateSchema>;

/** What a person can say; `reset` takes the earlier decision back. */
export const decisionSchema = z.enum(['accept', 'correct', 'reject', 'reset']);
export type Decision = z.infer<typeof decisionSchema>;

/** What a person marks a sample with. */
export const flagSchema = z.enum(['look_again', 'example', 'bad_data']);
export type Flag = z.infer<typeof flagSchema>;

/**
 * What is wrong with a sample's picture. `changed`: its label or decision is of another picture than the one that is there
 * now · `unshown`: it cannot be shown.
 */
export const pictureMarkSchema = z.enum(['changed', 'unshown']);
export type PictureMark = z.infer<typeof pictureMarkSchema>;

/** One row of queue and gallery. */
export const sampleRowSchema = z.object({
  id: idSchema,
  externalId: z.string(),
  imageId: idSchema,
  /** [width, height] of the picture in stored pixels. */
  size: z.tuple([z.number().int(), z.number().int()]),
  question: z.string(),
  language: z.string().nullable(),
  split: z.string().nullable(),
  state: sampleStateSchema,
  predictionId: idSchema.nullable(),
  dropped: droppedSchema.nullable(),
  picture: pictureMarkSchema.nullable(),
  /** 1 − IoU of label and RPN mask, 0 to 1; null where there is nothing to compare. */
  disagreement: z.number().nullable(),
  /** Mean entropy of the RPN near its threshold, 0 to 1 bit. */
  uncertainty: z.number().nullable(),
  /** Share of the picture inside the box around the label's foreground. */
  roiSize: z.number().nullable(),
  /** The beginning of the model's answer; null: not labelled yet. */
  answer: z.string().nullable(),
  /** The beginning of the answer with the crop, and whether it is another one; null: no crop was looked at. */
  cropAnswer: z.object({ text: z.string(), differs: z.boolean() }).nullable(),
  /** What the crop made of the answer; null: nobody knows whether the first answer is right. */
  outcome: outcomeSchema.nullable(),
  localised: localisationSchema.nullable(),
  /** When the decision that stands was made, ISO 8601; null while undecided. */
  reviewedAt: z.string().nullable(),
  flags: z.array(flagSchema),
  /** In the order of the alphabet; the first of very many, and none too long to be read. */
  tags: z.array(z.string()),
  /** How many notes it has. */
  notes: z.number().int(),
  /** The beginning of the newest one. */
  note: z.string().nullable(),
});
export type SampleRow = z.infer<typeof sampleRowSchema>;

export const reviewSchema = z.object({
  /** Revision id: grows with every decision of the project, never reused. */
  id: idSchema,
  sampleId: idSchema,
  decision: decisionSchema,
  /** The full label the decision stands for; null for reject and reset. */
  label: bytesSchema.nullable(),
  predictionId: idSchema.nullable(),
  reviewer: z.string(),
  note: z.string().nullable(),
  /** Why it was rejected; null for other decisions, and where nobody said. */
  reason: z.string().nullable(),
  createdAt: z.string(),
  /** The batch that made it or took it back; null: a person did. */
  batchId: idSchema.nullable(),
});
export type Review = z.infer<typeof reviewSchema>;

export const secondStageSchema = z.object({
  crop: boxSchema.nullable(),
  from: z.enum(['rpn', 'denoised']).nullable().default(null),
  answer: z.string(),
  skipped: z.enum(['no_box', 'empty_box', 'small_box', 'not_needed']).nullable(),
  gate: gateSaidSchema.optional(),
  pruned: z.object({ kept: z.number().int().min(0), of: z.number().int().min(1) }).optional(),
  rules: checkpointRulesSchema.optional(),
});

/** A prediction without its arrays. */
export const predictionSchema = z.object({
  id: idSchema,
  runId: idSchema,
  answer: z.string(),
  grid: gridSchema,
  transform: transformSchema,
  /** The pseudo-label as predicted. */
  label: bytesSchema,
  dropped: droppedSchema.nullable(),
  boxes: z.object({
    raw: z.array(boxSchema),
    denoised: z.array(boxSchema),
    rpn: z.array(boxSchema),
  }),
  secondStage: secondStageSchema.nullable(),
  timings: z.record(z.string(), z.number()),
  device: z.string(),
});
export type Prediction = z.infer<typeof predictionSchema>;

/** What an outside model answered, as its log has it. */
export const outsideAnswerSchema = z.object({
  model: z.string(),
  task: z.string(),
  /** Of those that the log's file has, from 1. */
  run: z.number().int(),
  answer: z.string(),
  /** What it said before the answer was filtered; null: the same. */
  raw: z.string().nullable(),
  measures: z.record(z.string(), z.unknown()),
});
export type OutsideAnswer = z.infer<typeof outsideAnswerSchema>;

/** `scores`: one for each box, in the source's own unit; null: it gives none. */
export const proposalSchema = z.object({
  source: z.string(),
  boxes: z.array(boxSchema),
  scores: z.array(z.number()).nullable(),
});

export const sampleDetailSchema = z.object({
  id: idSchema,
  externalId: z.string(),
  question: z.string(),
  /** The answer given with the data (the truth), never shown to the method. */
  referenceAnswer: z.string().nullable(),
  /** Of a benchmark's sample: every answer of the data, and the options of a choice without their letters. */
  benchmark: z
    .object({ name: z.string(), answers: z.array(z.string()), options: z.array(z.string()) })
    .nullable(),
  outsideAnswers: z.array(outsideAnswerSchema),
  truthBoxes: z.array(boxSchema),
  /** Boxes that others proposed, by the name of their source: neither truth nor label. */
  proposals: z.array(proposalSchema),
  language: z.string().nullable(),
  split: z.string().nullable(),
  tags: z.array(z.string()),
  state: sampleStateSchema,
  image: z.object({
    id: idSchema,
    /** Stored pixels, EXIF orientation not applied. */
    width: z.number().int(),
    height: z.number().int(),
    /** Path on the host that serves the page, e.g. `/image/12`. */
    url: z.string(),
    name: z.string(),
    /** Why it cannot be shown; null: it can. */
    problem: z.string().nullable(),
    /** Label or decision are of another picture than the one that is there now: [width, height] of both. */
    changed: z
      .object({
        was: z.tuple([z.number().int(), z.number().int()]),
        now: z.tuple([z.number().int(), z.number().int()]),
      })
      .nullable(),
    /** Other pixels than those that were imported: boxes that came with the data are of the former ones. */
    replaced: z.boolean(),
  }),
  prediction: predictionSchema.nullable(),
  /** The latest revision that stands, or null when unreviewed (or reset). */
  review: reviewSchema.nullable(),
  /** The latest revision of all, one that took a decision back or holds only a note included. */
  latestRevisionId: idSchema.nullable(),
});
export type SampleDetail = z.infer<typeof sampleDetailSchema>;

/**
 * One map with its own place on the picture (METHOD §1): `data` is float16 little-endian bytes of `[H*W]` of `grid`.
 * The grid need not be the label's: Qwen's teacher sees a square, its RPN the picture as it is.
 */
export const placedMapSchema = z
  .object({ grid: gridSchema, transform: transformSchema, data: bytesSchema })
  .refine(({ grid, data }) => data.length === 2 * grid[0] * grid[1], 'the map does not fit its grid');

/** The maps of a prediction, or null where the run made none (or `maps.db` lost them). */
export const predictionMapsSchema = z.object({
  predictionId: idSchema,
  grounding: placedMapSchema.nullable(),
  sink: placedMapSchema.nullable(),
  question: placedMapSchema.nullable(),
  denoised: placedMapSchema.nullable(),
  rpn: placedMapSchema.nullable(),
});
export type PlacedMapBytes = z.infer<typeof placedMapSchema>;
export type PredictionMaps = z.infer<typeof predictionMapsSchema>;

export const answerModeSchema = z.enum(['self', 'teacher']);

export const runSchema = z.object({
  id: idSchema,
  /** Given by a person; absent: it goes by its model and preset. */
  name: z.string().optional(),
  modelName: z.string(),
  modelDir: z.string(),
  /** The folder of the adapter that was laid over the model. */
  adapterDir: z.string().optional(),
  /** Its maps came with an import and no model was asked: the name of that file. Its model is only a name then. */
  importedFrom: z.string().optional(),
  preset: presetSchema,
  answerMode: answerModeSchema,
  device: z.string().nullable(),
  createdAt: z.string(),
});
export type Run = z.infer<typeof runSchema>;

export const jobSchema = z.object({
  id: idSchema,
  type: z.enum(['label', 'relabel', 'predict', 'embed', 'import', 'export', 'train', 'evaluate']),
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  total: z.number().int(),
  done: z.number().int(),
  failed: z.number().int(),
  skipped: z.number().int(),
  /** What a person asked of it while it is not over. */
  asked: z.enum(['pause', 'finish']).nullable(),
  /** Items per second over the recent past, and seconds left; null before the first item. */
  rate: z.number().nullable(),
  etaSeconds: z.number().nullable(),
  /** One-line reason of the last failure, if any. */
  message: z.string().nullable(),
  createdAt: z.string(),
});
export type Job = z.infer<typeof jobSchema>;

export const projectSummarySchema = z.object({
  /** Of this project wherever it lies, and of its copies: when it was made. */
  id: z.string(),
  path: z.string(),
  name: z.string(),
  images: z.number().int(),
  samples: z.number().int(),
  byState: z.record(sampleStateSchema, z.number().int()),
  dropped: z.number().int(),
  languages: z.array(z.string()),
  splits: z.array(z.string()),
  runs: z.array(runSchema),
  /** The run whose predictions the queue and the review page show. */
  activeRunId: idSchema.nullable(),
  /** Why nothing can be written to it, and what to do; null: it can. */
  readOnly: wireErrorSchema.nullable(),
});
export type ProjectSummary = z.infer<typeof projectSummarySchema>;

/** Which project, and which of its copies. */
export function projectKey({ id, path }: Pick<ProjectSummary, 'id' | 'path'>): string {
  return `${id} ${path}`;
}
