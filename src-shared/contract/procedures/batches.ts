/** Accepting or rejecting many samples at once, after looking at a random part of them. */
import { z } from 'zod';
import { idSchema } from '../domain.ts';
import { rejectReasonSchema, reviewerSchema } from '../limits.ts';
import { none } from './none.ts';
import { sampleFilterSchema } from './sample-filter.ts';

/** Shares of wrong labels a person can settle for. */
export const AUDIT_TARGETS = [0.1, 0.05, 0.02, 0.01] as const;
/** Samples named one by one; more are chosen by a filter. */
export const BATCH_IDS_MAX = 100_000;

export const verdictSchema = z.enum(['right', 'wrong']);
export type Verdict = z.infer<typeof verdictSchema>;

const decisionSchema = z.enum(['accept', 'reject']);

export const batchSchema = z.object({
  id: idSchema,
  /** `auditing` a part is looked at · `applying` being decided · `applied` · `undone` · `dismissed`. */
  state: z.enum(['auditing', 'applying', 'applied', 'undone', 'dismissed']),
  decision: decisionSchema,
  /** Why its samples were rejected; null: they were not, or nobody said. */
  reason: z.string().nullable(),
  /** For at most this share the decision may be wrong, with 95% confidence. */
  target: z.number(),
  /** Samples in it: those that could be decided, with the label they had when it was made. */
  population: z.number().int(),
  /** How many are to be looked at; drawn at random. */
  planned: z.number().int(),
  looked: z.number().int(),
  wrong: z.number().int(),
  /** The largest share of wrong ones that fits what was seen, at 95% confidence. */
  wrongAtMost: z.number(),
  /** All planned were looked at and the share is within the target. */
  passed: z.boolean(),
  /** Too many are wrong already: whatever the others are, it cannot pass. */
  refused: z.boolean(),
  decided: z.number().int(),
  /** Left alone: decided, or labelled again, after the batch was made. */
  changedMeanwhile: z.number().int(),
  undone: z.number().int(),
  /** Not undone: decided anew after the batch. */
  keptAsDecided: z.number().int(),
  reviewer: z.string(),
  createdAt: z.string(),
  /** When it was decided, undone or dismissed. */
  endedAt: z.string().nullable(),
});
export type Batch = z.infer<typeof batchSchema>;

const one = z.object({ id: idSchema });
const ids = z.array(idSchema).max(BATCH_IDS_MAX);

/** Which samples many calls are about: those under a filter, just some of them, or all but some. */
export const sampleScopeSchema = z.object({
  filter: sampleFilterSchema,
  /** Just these of the filter; null: all of it. */
  ids: ids.nullable(),
  /** But these. */
  except: ids.default([]),
});

const scopeSchema = sampleScopeSchema.extend({ decision: decisionSchema });

const leftOutSchema = z.object({
  decided: z.number().int(),
  unlabelled: z.number().int(),
  /** Only when accepting. */
  dropped: z.number().int(),
  /** Only when accepting: the picture cannot be shown, or is another one than was labelled. */
  unseen: z.number().int(),
});
export type LeftOut = z.infer<typeof leftOutSchema>;

export const batchProcedures = {
  /** How many a batch would take, and how many not, by why. */
  'batches.count': {
    input: scopeSchema,
    output: z.object({ population: z.number().int(), leftOut: leftOutSchema }),
  },
  /** Freezes what would be decided and draws what to look at. Fails with `bad_input` when nothing is left. */
  'batches.start': {
    input: scopeSchema.extend({ target: z.literal(AUDIT_TARGETS), reviewer: reviewerSchema }),
    output: z.object({ batch: batchSchema, leftOut: leftOutSchema }),
  },
  /** The newest first: the audit under way, if there is one, and what was decided or undone. */
  'batches.list': { input: none, output: z.array(batchSchema) },
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
   * Decides: one revision per sample, each naming the batch; all or none. Fails with `bad_input` unless the audit
   * passed, or where a reason comes with accepting, `cancelled`. What somebody decided meanwhile is left alone and counted.
   */
  'batches.apply': {
    input: z.object({
      id: idSchema,
      reviewer: reviewerSchema,
      /** Why they are rejected; each revision has it, as one decided alone. */
      reason: rejectReasonSchema.nullable().default(null),
    }),
    output: batchSchema,
  },
  /** Takes every decision of the batch back, each by a revision, all or none; what was decided since stays. */
  'batches.undo': { input: z.object({ id: idSchema, reviewer: reviewerSchema }), output: batchSchema },
  /** Stops applying or undoing, which fails then; one that is not under way is no error. */
  'batches.cancel': { input: one, output: none },
  /** Ends an audit without deciding anything. */
  'batches.dismiss': { input: one, output: none },
} as const;
