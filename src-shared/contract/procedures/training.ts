/** Training an RPN from the page: what would be learned from, the runs and their curves, the versions that came of them. */
import { z } from 'zod';
import { idSchema } from '../domain.ts';
import { wireErrorSchema } from '../errors.ts';
import { nameSchema } from '../limits.ts';
import {
  rpnVersionSchema,
  trainingCountsSchema,
  trainingDataSchema,
  trainingLossSchema,
  trainingPointSchema,
  trainingSettingsSchema,
  trainingStandingSchema,
} from '../training.ts';
import { featureSizeSchema } from './jobs.ts';
import { none } from './none.ts';

const count = z.number().int().min(0);
const layer = z.number().int().max(10_000);

/** Points of a curve that one call gives at most. */
export const CURVE_PAGE = 5000;

export const trainingWishSchema = z.object({
  data: trainingDataSchema.pick({
    labels: true,
    pseudoWeight: true,
    rightAnswersOnly: true,
    heldOut: true,
    seed: true,
  }),
  /** Measure against the samples' known boxes instead of what people corrected. */
  truth: z.boolean().default(false),
  /** The version to go on from; null: the one that labelling uses. */
  rpnId: idSchema.nullable().default(null),
  /** A branch made of the base model's own layers K…K+T−1 instead. */
  fresh: z
    .object({ k: layer.min(0), t: layer.min(1) })
    .nullable()
    .default(null),
  /** What differs from the defaults for so many samples. */
  settings: z
    .object({
      steps: z.number().int().min(1).max(10_000_000),
      batch: z.number().int().min(1).max(100_000),
      learningRate: z.number().positive().max(1),
      loss: trainingLossSchema,
      weightDecay: z.number().min(0).max(1),
      warmup: z.number().min(0).max(1_000_000),
    })
    .partial()
    .default({}),
  /** Of the version that comes of it; null: a name by number. */
  name: nameSchema(100).nullable().default(null),
});
export type TrainingWish = z.input<typeof trainingWishSchema>;

/** What a run would be, before it is begun; nothing of the model but its small files is read. */
export const trainingPlanSchema = z.object({
  /** Null: it cannot be told which (`problem`). */
  model: z.object({ name: z.string(), dir: z.string(), adapterDir: z.string().nullable() }).nullable(),
  /** What it goes on from: a version of the project (null: none of its), the branch's K and T. Null: there is no branch yet. */
  from: z.object({ rpnId: idSchema.nullable(), k: layer, t: layer }).nullable(),
  /** All of them, as the run would keep them. Null as `model`. */
  settings: trainingSettingsSchema.nullable(),
  /** Null: there is nothing to learn from (`problem`). */
  counts: trainingCountsSchema.nullable(),
  /** What its features take on disk; null where that cannot be told. */
  features: featureSizeSchema.nullable(),
  /** Why it cannot be begun; null: it can. */
  problem: wireErrorSchema.nullable(),
});
export type TrainingPlan = z.infer<typeof trainingPlanSchema>;

export const rpnVersionsSchema = z.object({
  /** Oldest first. */
  versions: z.array(rpnVersionSchema),
  /** The model that the project is labelled with; null: it was not labelled yet, or the model is gone. */
  base: z.object({ name: z.string(), dir: z.string(), fingerprint: z.string() }).nullable(),
  /** What labelling with it uses: the active one, and where nobody said, that of the run that is shown. Null: none of these. */
  inUse: idSchema.nullable(),
});
export type RpnVersions = z.infer<typeof rpnVersionsSchema>;

const one = z.object({ runId: idSchema });
const slot = z.string().max(100);

export const trainingProcedures = {
  /** Looks at pictures and labels. A later call of the slot ends an earlier one (`cancelled`). */
  'training.plan': { input: z.object({ slot, wish: trainingWishSchema }), output: trainingPlanSchema },
  'training.start': { input: trainingWishSchema, output: trainingStandingSchema },
  /** The newest first. */
  'training.runs': { input: none, output: z.array(trainingStandingSchema) },
  /** Points of a run's curve behind a step, those that are not stored yet among them; fewer than `CURVE_PAGE`: these are all. */
  'training.points': {
    input: z.object({ runId: idSchema, after: z.number().int().min(-1) }),
    output: z.array(trainingPointSchema),
  },
  /** Ends the step in flight and rests until it is resumed. These four: `conflict` when the run is over. */
  'training.pause': { input: one, output: trainingStandingSchema },
  /** Goes on with a run that rests, or that failed. */
  'training.resume': { input: one, output: trainingStandingSchema },
  /** Ends with the best so far as a version. */
  'training.finish': { input: one, output: trainingStandingSchema },
  /** No version comes of it. */
  'training.cancel': { input: one, output: trainingStandingSchema },

  'training.versions': { input: none, output: rpnVersionsSchema },
  /** From now on labelling uses the version; null: what the model brings itself. */
  'training.activate': {
    input: z.object({ rpnId: idSchema.nullable() }),
    output: z.object({
      /** What labelling used before. */
      before: idSchema.nullable(),
      /** The run whose labels of the version are shown from now on; null: nothing is labelled with it yet. */
      runId: idSchema.nullable(),
      /** Undecided samples that show another label by that. */
      shown: count,
    }),
  },
} as const;
