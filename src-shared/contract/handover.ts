/** What a decision carries that a page hands over to another page, or to the command line, because it could not save it. */
import { z } from 'zod';
import { idSchema } from './domain.ts';

/** In place of a revision: the decision on the same sample before it in the same file. */
export const PREVIOUS = 'previous';

export const handoverSchema = z.strictObject({
  /** {@link ProjectSummary.id}. */
  project: z.string().min(1).max(200),
  predictionId: idSchema.nullable(),
  /** The newest revision of the sample when it was decided; null: there was none. */
  basedOn: z.union([idSchema, z.literal(PREVIOUS)]).nullable(),
});
export type Handover = z.infer<typeof handoverSchema>;
