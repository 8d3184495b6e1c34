/**
 * Fields the forms share, each checked once, each with a limit: ids, texts, and what Fovea adds to any form (`answer`,
 * `language`, `split`, `tags`, `boxes`).
 */
import { z } from 'zod';
import { MOST, tooLong, tooMany } from './limits.ts';

/** An id as text; some data sets write numbers. */
export const idText = z
  .union(
    [z.string().trim().min(1).max(MOST.id, tooLong(MOST.id)), z.number().int()],
    `expected a text of at most ${MOST.id} characters or a whole number`,
  )
  .transform(String);

/** A question with something in it. */
export const questionText = z
  .string()
  .max(MOST.question, tooLong(MOST.question))
  .refine((text) => text.trim() !== '', 'expected some text');

/** An answer as text; blank stands for none. */
export const answerText = z
  .union([z.string(), z.number(), z.boolean()], 'expected a text or a number')
  .nullish()
  .transform((value) => (value === null || value === undefined ? null : answerOf(String(value))))
  .refine((text) => text === null || text.length <= MOST.answer, tooLong(MOST.answer));

/** Null for a blank one. */
export function answerOf(text: string): string | null {
  return text.trim() === '' ? null : text;
}

/** Optional name; empty stands for none. */
export const nameText = z
  .string()
  .max(MOST.name, tooLong(MOST.name))
  .nullish()
  .transform((value) => value?.trim() || null);

const tag = z.string().trim().min(1).max(MOST.tag, tooLong(MOST.tag));

/** Four numbers; which, is for `boxes.ts` to say. */
export const fourNumbers = z.tuple(
  [z.number(), z.number(), z.number(), z.number()],
  'a box is [x0, y0, x1, y1], four numbers',
);

/** What any form may have besides its own fields. */
export const addedFields = {
  language: nameText,
  split: nameText,
  tags: z
    .array(tag)
    .max(MOST.tags, tooMany(MOST.tags))
    .nullish()
    .transform((tags) => tags ?? []),
  boxes: z
    .array(fourNumbers)
    .max(MOST.boxes, tooMany(MOST.boxes))
    .nullish()
    .transform((boxes) => boxes ?? []),
};
