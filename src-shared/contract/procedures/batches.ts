/** Accepting many samples at once, after looking at a random part of them. */
import { z } from 'zod';
import { idSchema } from '../domain.ts';
import { none } from './none.ts';
import { sampleFilterSchema } from './sample-filter.ts';

/** Shares of wrong labels a person can settle for. */
export const AUDIT_TARGETS = [0.1, 0.05, 0.02, 0.01] as const;

export const verdictSchema = z.enum(['right', 'wrong']);
export type Verdict = z.infer<typeof verdictSchema>;

export const batchSchema = z.object({
  id: idSchema,
  /** `auditing` a part is looked at · `applying` being accepted · `applied` · `undone` · `dismissed`. */
  state: z.enum(['auditing', 'applying', 'applied', 'undone', 'dismissed']),
  /** At most this share may be wrong, with 95% confidence. */
  target: z.number(),
  /** Samples in it: to review, kept, with the label they had when it was made. */
  population: z.number().int(),
  /** How many are to be looked at; drawn at random. */
  planned: z.number().int(),
  looked: z.number().int(),
  wrong: z.number().int(),
  /** The largest share of wrong ones that fits what was seen, at 95% confidence. */
  wrongAtMost: z.number(),
  /** All planned were looked at and the share is within the target. */
  passed: z.boolean(),
  accepted: z.number().int(),
  /** Left alone: decided, or labelled again, after the batch was made. */
  changedMeanwhile: z.number().int(),
  undone: z.number().int(),
  /** Not undone: decided anew after the batch. */
  keptAsDecided: z.number().int(),
  reviewer: z.string(),
  createdAt: z.string(),
});
export type Batch = z.infer<typeof batchSchema>;

const reviewerSchema = z.string().min(1).max(200);
const one = z.object({ id: idSchema });

export const batchProcedures = {
  /**
   * Freezes what would be accepted (of the filter, or of `ids` when given) and draws what to look at. `leftOut` counts
   * the others: decided already, not labelled, dropped. Fails with `bad_input` when nothing is left.
   */
  'batches.start': {
    input: z.object({
      filter: sampleFilterSchema,
      ids: z.array(idSchema).max(100_000).nullable(),
      target: z.literal(AUDIT_TARGETS),
      reviewer: reviewerSchema,
    }),
    output: z.object({
      batch: batchSchema,
      leftOut: z.object({
        decided: z.number().int(),
        unlabelled: z.number().int(),
        dropped: z.number().int(),
      }),
    }),
  },
  /** The batch that was begun last and is not over (applied ones can be undone), or null. */
  'batches.latest': { input: none, output: batchSchema.nullable() },
  /** What to look at, in the order drawn. */
  'batches.audit': {
    input: one,
    output: z.array(z.object({ sampleId: idSchema, verdict: verdictSchema.nullable() })),
  },
  /** `null` takes a verdict back. */
  'batches.judge': {
    input: z.object({ id: idSchema, sampleId: idSchema, verdict: verdictSchema.nullable() }),
    output: batchSchema,
  },
  /**
   * Accepts: one revision per sample, each naming the batch. Fails with `bad_input` unless the audit passed. What
   * somebody decided meanwhile is left alone and counted. One that was interrupted goes on.
   */
  'batches.apply': { input: z.object({ id: idSchema, reviewer: reviewerSchema }), output: batchSchema },
  /** Takes every decision of the batch back, each by a revision; what was decided since stays. */
  'batches.undo': { input: z.object({ id: idSchema, reviewer: reviewerSchema }), output: batchSchema },
  /** Ends an audit without accepting anything. */
  'batches.dismiss': { input: one, output: none },
} as const;
