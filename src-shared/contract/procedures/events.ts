import { z } from 'zod';
import { localisationSchema, outcomeSchema } from '../scoring/answers.ts';
import { flagSchema, idSchema, jobSchema, projectSummarySchema, sampleStateSchema } from '../domain.ts';
import { wireErrorSchema } from '../errors.ts';
import { modelTaskSchema } from '../models.ts';
import { trainingPointSchema, trainingStandingSchema } from '../training.ts';
import { batchSchema } from './batches.ts';
import { keepingSchema } from './keeping.ts';
import { pictureStateSchema } from './pictures.ts';
import { followedSchema } from './preferences.ts';

/** Pushed by the main side; a client that missed some asks again (`project.summary`, `samples.get`). */
export const events = {
  'job.changed': jobSchema,
  /** Jobs may be others, or stand otherwise, than was told: ask again for those that are shown. */
  'jobs.changed': z.object({}),
  /** A sample got a prediction or a revision, here or in another window. */
  'sample.changed': z.object({
    sampleId: idSchema,
    state: sampleStateSchema,
    /** The revision that stands. */
    reviewId: idSchema.nullable(),
    /** The latest one, which may take no decision: a note alone, or a decision taken back. */
    latestRevisionId: idSchema.nullable(),
    predictionId: idSchema.nullable(),
  }),
  /** Many samples changed at once: ask again for what is shown. */
  'samples.changed': z.object({}),
  /** These samples have the flag now, or have it no more. */
  'flags.changed': z.object({ sampleIds: z.array(idSchema), flag: flagSchema, on: z.boolean() }),
  /** These samples have the tag now, or have it no more. */
  'tags.changed': z.object({ sampleIds: z.array(idSchema), tag: z.string(), on: z.boolean() }),
  /** A person judged an answer of the sample: what its row shows now. */
  'outcomes.changed': z.object({
    sampleId: idSchema,
    outcome: outcomeSchema.nullable(),
    localised: localisationSchema.nullable(),
  }),
  /** How many notes a sample has now, and the beginning of the newest. */
  'notes.changed': z.object({
    sampleId: idSchema,
    notes: z.number().int(),
    note: z.string().nullable(),
  }),
  /** The saved filters are others: list them again. */
  'filters.changed': z.object({}),
  /** Samples were dealt, or a round ended: lists and counts of reviewers are others. */
  'deals.changed': z.object({}),
  /** Others are invited than before: list them again. */
  'people.changed': z.object({}),
  /** A version of the data set was frozen: list them again. */
  'datasets.changed': z.object({}),
  /** The project offers other reasons for rejecting. */
  'rejectReasons.changed': z.object({ reasons: z.array(z.string()) }),
  /** A batch began, was looked at, decided, undone or dismissed. */
  'batch.changed': batchSchema,
  /** How far deciding or undoing a batch has come; nothing of it holds before `batch.changed`. */
  'batch.progress': z.object({ id: idSchema, done: z.number().int(), total: z.number().int() }),
  /** A person chose something, in this window or in another one. */
  'preferences.changed': followedSchema,
  'project.changed': projectSummarySchema,
  /** The projects opened last are others, or in another order: ask for them again. */
  'project.remembered': z.object({}),
  /** Another file lies where the project was opened, or none: nothing is saved until it is opened again. */
  'project.lost': wireErrorSchema,
  /** A copy was made or left out, or the journal can be written no more, or again. */
  'project.keeping': keepingSchema,
  /** Pictures were found missing, changed or back. */
  'pictures.changed': pictureStateSchema,
  /** The list of models is another one: ask for it again. */
  'models.changed': z.object({}),
  /** How far a check or a download of a model is. */
  'models.task': modelTaskSchema,
  /** How far the causal check of a page is: variants answered. */
  'inspect.progress': z.object({
    slot: z.string(),
    done: z.number().int().min(0),
    total: z.number().int().min(1),
  }),
  /** How far an import (lines of its file) or export (samples looked at) of a page is. */
  'exchange.progress': z.object({
    slot: z.string(),
    done: z.number().int().min(0),
    total: z.number().int().min(0),
  }),
  /** How far a page's question for all heads is: layers done. */
  'analysis.progress': z.object({
    slot: z.string(),
    done: z.number().int().min(0),
    total: z.number().int().min(0),
  }),
  /** How a training run stands, with what came of its curve since the last time; points behind the first of these hold no longer. */
  'training.changed': trainingStandingSchema.extend({
    points: z.array(trainingPointSchema),
    /** What is done before the first step, in whole pictures and samples; null: that is over. */
    stage: z
      .object({
        name: z.enum(['pictures', 'features']),
        done: z.number().int().min(0),
        total: z.number().int().min(0),
      })
      .nullable(),
    etaSeconds: z.number().nullable(),
  }),
  /** How far a page's question what would be learned from is: pictures compared. */
  'training.looking': z.object({
    slot: z.string(),
    done: z.number().int().min(0),
    total: z.number().int().min(0),
  }),
  /** How far a page's comparison is: samples measured. */
  'compare.progress': z.object({
    slot: z.string(),
    done: z.number().int().min(0),
    total: z.number().int().min(0),
  }),
  /** How far a page's search for near-duplicates is: contents compared. */
  'embeddings.progress': z.object({
    slot: z.string(),
    done: z.number().int().min(0),
    total: z.number().int().min(0),
  }),
  /** Another version is active, or there is another one: list them again. */
  'training.versions': z.object({}),
  'engine.changed': z.object({
    state: z.enum(['stopped', 'starting', 'ready', 'restarting', 'failed']),
    device: z.string().nullable(),
    message: z.string().nullable(),
  }),
} as const;
