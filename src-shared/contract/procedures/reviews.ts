/** Decisions of people. */
import { z } from 'zod';
import { bytesSchema, decisionSchema, idSchema, reviewSchema, sampleStateSchema } from '../domain.ts';

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
      reviewer: z.string().min(1).max(200),
      note: z.string().max(10_000).nullable(),
    }),
    output: z.object({ review: reviewSchema, state: sampleStateSchema }),
  },
  'reviews.history': { input: z.object({ sampleId: idSchema }), output: z.array(reviewSchema) },
} as const;
