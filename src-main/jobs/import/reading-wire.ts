/** What goes to and comes from the thread that reads a questions file for an import (`reading.ts`). */
import { z } from 'zod';
import { wireErrorSchema } from '../../../src-shared/contract/errors.ts';
import {
  BOX_FORMS,
  columnChoiceSchema,
  objectsWishSchema,
  TURNS,
} from '../../../src-shared/contract/procedures.ts';
import type { ReadItem } from './embedded.ts';

export const readingTaskSchema = z.object({
  file: z.string(),
  reading: z.object({
    turns: z.enum(TURNS),
    boxes: z.enum(BOX_FORMS).nullable(),
    annotations: z.string().nullish(),
    columns: columnChoiceSchema.nullable(),
    question: z.string().nullable(),
    objects: objectsWishSchema.optional(),
  }),
  /** The folder of stored pictures; null: nothing is written. */
  stored: z.string().nullable(),
  /** Questions of an answer; the last one may have fewer. */
  batch: z.number().int().positive(),
});
export type ReadingTask = z.infer<typeof readingTaskSchema>;

/** Each message asks for one answer. */
export const MORE = 'more';

/** The questions were checked where they were read, and are not looked through again. */
const items = z.custom<readonly ReadItem[]>(Array.isArray);

/** One for each request, in their order; none comes after `last` or an error. */
export const readingAnswerSchema = z.union([
  z.object({ items, last: z.boolean() }),
  z.object({ error: wireErrorSchema }),
]);
export type ReadingAnswer = z.infer<typeof readingAnswerSchema>;
