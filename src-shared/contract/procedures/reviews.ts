/** Decisions of people. */
import { z } from 'zod';
import { bytesSchema, decisionSchema, idSchema, reviewSchema, sampleStateSchema } from '../domain.ts';
import { MOST, rejectReasonSchema, reviewerSchema } from '../limits.ts';
import { none } from './none.ts';

export const REJECT_REASONS_MOST = MOST.rejectReasons;
export const REJECT_REASON_MOST = MOST.rejectReason;

const rejectReasonsSchema = z.array(rejectReasonSchema).max(MOST.rejectReasons);

export const reviewProcedures = {
  /**
   * Appends a revision. `basedOn` is the latest revision the person saw, one without a decision included (null: none);
   * when there is a newer one, be it only a note, the call fails with `conflict` and nothing is written.
   */
  'reviews.submit': {
    input: z.object({
      sampleId: idSchema,
      predictionId: idSchema.nullable(),
      decision: decisionSchema,
      /** `[H*W]` int8 bytes; required for `correct`. */
      label: bytesSchema.nullable(),
      basedOn: idSchema.nullable(),
      reviewer: reviewerSchema,
      note: z.string().max(MOST.note).nullable(),
      /** Why; for `reject` only. */
      reason: rejectReasonSchema.nullable().default(null),
    }),
    output: z.object({ review: reviewSchema, state: sampleStateSchema }),
  },
  'reviews.history': { input: z.object({ sampleId: idSchema }), output: z.array(reviewSchema) },

  /** What the project offers as reasons for rejecting, by their digits from 1 on. */
  'rejectReasons.list': { input: none, output: rejectReasonsSchema },
  /** Offers these from now on; decisions keep the words they were made with. Equal words are one. Tells `rejectReasons.changed`. */
  'rejectReasons.set': { input: z.object({ reasons: rejectReasonsSchema }), output: rejectReasonsSchema },
} as const;
