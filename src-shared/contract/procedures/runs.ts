/** The labelling runs of a project: what each one's labels are shown on, the way back, their names, and taking one out. */
import { z } from 'zod';
import { idSchema, jobSchema, runSchema } from '../domain.ts';
import { MOST, nameSchema } from '../limits.ts';
import { slotSchema } from './exchange.ts';
import { none } from './none.ts';

const count = z.number().int().min(0);

export const runStandingSchema = z.object({
  run: runSchema,
  /** Labelling goes on with it where a sample lacks a label. */
  active: z.boolean(),
  /** What was laid over the model as its RPN: a version of this project, or a folder's name; null: nothing. */
  rpn: z.object({ versionId: idSchema.nullable(), name: z.string() }).nullable(),
  /** Samples it has a label of, and those that its jobs failed on and it has none of since. */
  labelled: count,
  failed: count,
  /** Samples whose crop its gate left out; null: it has none. */
  gated: count.nullable(),
  /** Samples that show its labels; of these decided by a person. */
  shown: count,
  decided: count,
  /** Undecided samples that would show what they showed before; it is known of each since this version. */
  canTakeBack: count,
  /** Samples it was taken back from that could show it again. */
  takenBack: count,
  /** Its last job stopped before the end; null: it did not, or it is under way. */
  unfinished: z.object({ jobId: idSchema, left: count }).nullable(),
  /** A job of it is queued or under way. */
  working: z.boolean(),
});
export type RunStanding = z.infer<typeof runStandingSchema>;

export const runChangeSchema = z.object({
  /** Samples that show another label now, and those that show none any more. */
  changed: count,
  unlabelled: count,
  /** Left as they are: decided by a person, and those of which no earlier label is known. */
  decided: count,
  unknown: count,
});
export type RunChange = z.infer<typeof runChangeSchema>;

export const runRemovalSchema = z.object({
  /** Labels that go, with their maps and scores: nobody decided on them under this run. */
  labels: count,
  /** Labels that stay, and the run with them: a person decided on them, or looked at them in a batch. */
  kept: count,
  /** Undecided samples that show another run's label then, and those that show none. */
  elsewhere: count,
  unlabelled: count,
});
export type RunRemoval = z.infer<typeof runRemovalSchema>;

const one = z.object({ runId: idSchema });

export const runProcedures = {
  'runs.list': { input: none, output: z.array(runStandingSchema) },
  /**
   * Undecided samples that show the run's label show what they showed before again. Predictions stay, decisions stay with
   * the label they were made on. `conflict` while a job of the run is under way.
   */
  'runs.takeBack': { input: one, output: runChangeSchema },
  /** The way back from that: undecided samples that still show what they went back to show the run's label again. */
  'runs.putBack': { input: one, output: runChangeSchema },
  /** A new job for what the run's last one left. `bad_input` when nothing is left. */
  'runs.goOn': { input: one, output: jobSchema },
  /** Gives a run a name; null takes it away. */
  'runs.rename': { input: one.extend({ name: nameSchema(MOST.runName).nullable() }), output: runSchema },
  /**
   * What removing a run would take away and leave; nothing is written. `conflict` while a job, a batch or a training works with its
   * labels, and where a person decided on every one.
   */
  'runs.removal': { input: one, output: runRemovalSchema },
  /**
   * Removes what only this run made; decisions and the labels they were made on stay. Throws as `runs.removal`; `cancelled` when
   * `exchange.cancel` is called for the slot: what went by then is said.
   */
  'runs.remove': { input: one.extend({ slot: slotSchema.optional() }), output: runRemovalSchema },
} as const;
