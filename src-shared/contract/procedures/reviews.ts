/** Decisions of people. */
import { z } from 'zod';
import { bytesSchema, decisionSchema, idSchema, reviewSchema, sampleStateSchema } from '../domain.ts';
import { MOST, reviewerSchema } from '../limits.ts';

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
    }),
    output: z.object({ review: reviewSchema, state: sampleStateSchema }),
  },
  'reviews.history': { input: z.object({ sampleId: idSchema }), output: z.array(reviewSchema) },
} as const;
