/** The labelling runs of a project: what each one's labels are shown on, and the way back. */
import { z } from 'zod';
import { idSchema, jobSchema, runSchema } from '../domain.ts';
import { none } from './none.ts';

const count = z.number().int().min(0);

export const runStandingSchema = z.object({
  run: runSchema,
  /** Labelling goes on with it where a sample lacks a label. */
  active: z.boolean(),
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
} as const;
