/** Every job of a project as a person sees and steers it. */
import { z } from 'zod';
import { answerModeSchema, idSchema, jobSchema } from '../domain.ts';
import { precisionSchema } from '../models.ts';
import { sampleFilterSchema } from './sample-filter.ts';

const count = z.number().int().min(0);

/**
 * What can be asked of a job: to rest; to go on (after a rest, or with what it left when it ended early); to end; that what failed is
 * tried again, by a job of its own; that its turn comes before that of the others of its lane.
 */
export const jobStepSchema = z.enum(['pause', 'resume', 'cancel', 'retry', 'first']);
export type JobStep = z.infer<typeof jobStepSchema>;

/** What the host of a shared run knows of its workers, as it last looked. */
export const sharedWorkSchema = z.object({
  /** When it looked, ISO 8601. */
  at: z.string(),
  /** Chunks that wait, that workers hold, and of both those given back or lost before. */
  chunks: z.object({ waiting: count, active: count, retried: count }),
  workers: z.array(
    z.object({
      /** Machine and process number. */
      name: z.string(),
      device: z.string().nullable(),
      /** Of all runs, since it was started. */
      done: count,
      failed: count,
      /** Samples a second. */
      rate: z.number().nullable(),
      /** Since its last sign. */
      silentSeconds: z.number().min(0),
      /** It gave a sign within the last half minute. */
      here: z.boolean(),
      /** Whether it works on this run; one that waits or refuses does not. */
      atWork: z.boolean(),
      /** What keeps it from working. */
      note: z.string().nullable(),
    }),
  ),
});
export type SharedWork = z.infer<typeof sharedWorkSchema>;

/** Who works on it. `workers`: those of a shared queue, for the process that holds it. */
export const jobHolderSchema = z.object({
  where: z.enum(['here', 'this_machine', 'elsewhere']),
  pid: z.number().int(),
  /** Since it last showed that it lives. */
  silentSeconds: z.number().min(0),
});

export const jobEntrySchema = jobSchema.extend({
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  /** Samples that are queued in it still. */
  left: count,
  /** Failed ones that nobody managed or tried again since. */
  stillFailed: count,
  cancelRequested: z.boolean(),
  holder: jobHolderSchema.nullable(),
  /** Its place among those that wait in its lane, from 1 on; null: it does not wait. */
  turn: z.number().int().min(1).nullable(),
  retryOf: idSchema.nullable(),
  /** The newest job that tries again what failed in it. */
  retriedBy: idSchema.nullable(),
  /** What it works on. */
  about: z.object({
    runId: idSchema.nullable(),
    /** The run whose maps or answers it goes by. */
    fromRunId: idSchema.nullable(),
    /** The model, and where it knows another RPN; by name. */
    model: z.string().nullable(),
    rpn: z.string().nullable(),
    preset: z.string().nullable(),
    precision: precisionSchema.nullable(),
    answers: answerModeSchema.nullable(),
    /** Null: every sample; else those of the filter, of them just so many that somebody chose, without so many. */
    scope: z.object({ filter: sampleFilterSchema, chosen: count.nullable(), except: count }).nullable(),
    limit: count.nullable(),
    trainingRun: idSchema.nullable(),
  }),
  /** Null: it is no job of a shared queue; `seen` null: its host has not looked yet. */
  shared: z.object({ seen: sharedWorkSchema.nullable() }).nullable(),
  can: z.array(jobStepSchema),
});
export type JobEntry = z.infer<typeof jobEntrySchema>;

/** So many jobs in one answer at most. */
export const JOB_PAGE = 100;
/** So many samples of one kind of failure are named. */
export const FAILURE_SAMPLES = 200;

export const jobFailuresSchema = z.object({
  kinds: z.array(
    z.object({
      reason: z.string(),
      count,
      samples: z.array(z.object({ id: idSchema, externalId: z.string(), reason: z.string() })),
    }),
  ),
  failed: count,
  /** So many of them were told apart. */
  lookedAt: count,
});
export type JobFailures = z.infer<typeof jobFailuresSchema>;

const one = z.object({ id: idSchema });

export const jobListProcedures = {
  /** The newest first. */
  'jobs.page': {
    input: z.object({ skip: count.default(0), limit: z.number().int().min(1).max(JOB_PAGE) }),
    output: z.object({ jobs: z.array(jobEntrySchema), total: count }),
  },
  'jobs.entry': { input: one, output: jobEntrySchema },
  'jobs.failures': { input: one, output: jobFailuresSchema },
  /** Each of them throws `conflict` where that cannot be asked of the job as it stands. @see jobStepSchema */
  'jobs.pause': { input: one, output: jobEntrySchema },
  /** Answers with the job that goes on: the same, or a new one for what it left. */
  'jobs.resume': { input: one, output: jobEntrySchema },
  /** Answers with the new job. */
  'jobs.retry': { input: one, output: jobEntrySchema },
  'jobs.first': { input: one, output: jobEntrySchema },
} as const;
