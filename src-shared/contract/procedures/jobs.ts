/** Presets and the jobs that run them. */
import { z } from 'zod';
import { answerModeSchema, idSchema, jobSchema } from '../domain.ts';
import { MOST } from '../limits.ts';
import { precisionSchema, precisionWishSchema } from '../models.ts';
import { presetSchema } from '../preset.ts';
import { sampleScopeSchema } from './batches.ts';
import { none } from './none.ts';

/** Of which samples the undecided ones are labelled. */
export const labelScopeSchema = sampleScopeSchema;
export type LabelScope = z.input<typeof labelScopeSchema>;

const place = z.string().max(MOST.path);

/**
 * Keep what an RPN reads of each sample that is labelled, for training and for predicting anew, and the encodings of their pictures,
 * for labelling anew.
 */
export const keepFeaturesSchema = z.object({
  /** Bytes that all kept features of the project may take; null: what was said last, or 20 GB. */
  budgetBytes: z.number().positive().max(1e15).nullable(),
});
export type KeepFeatures = z.infer<typeof keepFeaturesSchema>;

const labelWishSchema = z.object({
  modelDir: place.nullable(),
  /** A folder whose RPN is laid over the model. */
  rpnDir: place.optional(),
  /** A folder whose adapter is laid over the model; `modelDir` may also be an adapter's own folder. */
  adapterDir: place.optional(),
  presetId: z.string().max(MOST.presetId).nullable(),
  answerMode: answerModeSchema,
  limit: z.number().int().positive().nullable(),
  /** Default: weights as they are stored. */
  precision: precisionWishSchema.optional(),
  /** Null: every sample, of which the decided ones go on showing what was decided on. */
  scope: labelScopeSchema.nullable().default(null),
  /** Absent: features are not kept. */
  keepFeatures: keepFeaturesSchema.optional(),
});
export type LabelWish = z.input<typeof labelWishSchema>;

const count = z.number().int().min(0);

/** What labelling would do, before it is begun. */
export const labelPreviewSchema = z.object({
  preset: presetSchema,
  model: z.object({
    name: z.string(),
    dir: z.string(),
    rpnDir: z.string().nullable(),
    adapterDir: z.string().nullable(),
    precision: precisionSchema,
  }),
  /** Why these weights, where Fovea was to choose them; null: a person did. */
  chosen: z.string().nullable(),
  answerMode: answerModeSchema,
  /** Samples of the scope; of these decided by a person: they stay as they are. */
  samples: count,
  decided: count,
  /** Of the undecided ones: a label of the very same making is there already and is shown at once. */
  ready: count,
  /** Of the undecided ones, where given answers are to be fed: those that came without one. */
  withoutAnswer: count,
  /** What is left: the model looks at so many. */
  toLabel: count,
  /** What the undecided ones show now, by run; they keep it until the new label is there. */
  showing: z.array(z.object({ runId: idSchema, samples: count })),
  /** Of the undecided ones: they show the label of another run, which the new one takes the place of. */
  replaces: count,
  /** Of earlier predictions of this model; null: it labelled nothing in this project yet. */
  pace: z.object({ secondsPerSample: z.number(), samples: count, device: z.string().nullable() }).nullable(),
});
export type LabelPreview = z.infer<typeof labelPreviewSchema>;

export const featureSizeSchema = z.object({
  /** With the sample's share of its picture's encoding, where encodings are kept. */
  bytesPerSample: count,
  /** By features of this model that are kept already; false: worked out from its files. */
  measured: z.boolean(),
  /** Kept in the project now, of all models, and what all of them may take. */
  keptBytes: count,
  budgetBytes: z.number(),
});
export type FeatureSize = z.infer<typeof featureSizeSchema>;

export const jobProcedures = {
  'presets.list': { input: none, output: z.array(presetSchema) },

  'jobs.list': { input: none, output: z.array(jobSchema) },
  'jobs.label': { input: labelWishSchema, output: jobSchema },
  /** What `jobs.label` would do; nothing is loaded or stored. */
  'jobs.labelPreview': { input: labelWishSchema, output: labelPreviewSchema },
  /** Labels as a run did, with the prompt its model is asked with today: a run of its own. */
  'jobs.labelAnew': {
    input: z.object({
      runId: idSchema,
      scope: labelScopeSchema.nullable().default(null),
      keepFeatures: keepFeaturesSchema.optional(),
    }),
    output: jobSchema,
  },
  'jobs.labelAnewPreview': {
    input: z.object({ runId: idSchema, scope: labelScopeSchema.nullable().default(null) }),
    output: labelPreviewSchema,
  },
  /**
   * Asks a version of the RPN about everything a run labelled, from kept features where they are kept: a run of its own.
   * `not_found` without such a version; what is wrong with its folder the job says.
   */
  'jobs.predict': {
    input: z.object({
      rpnId: idSchema,
      /** Whose answers, maps and labels are taken up; null: the run that labelling goes on with. */
      runId: idSchema.nullable().default(null),
      /** Undecided samples show it at the end. */
      show: z.boolean().default(false),
    }),
    output: jobSchema,
  },
  /**
   * What keeping features would take on disk, encodings of pictures included, and what may be taken. Reads the small files of the
   * model's folder.
   */
  'jobs.featureSize': {
    input: z.object({
      dir: place,
      adapterDir: place.nullable(),
      /** Of the preset's teacher, where it sees pictures on a square. */
      squareTokens: z.number().int().positive().nullable().default(null),
    }),
    output: featureSizeSchema,
  },
  'jobs.cancel': { input: z.object({ id: idSchema }), output: jobSchema },
} as const;
