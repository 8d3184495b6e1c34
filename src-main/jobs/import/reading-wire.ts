/** What goes to and comes from the thread that reads a questions file for an import (`reading.ts`). */
import { deserialize, serialize } from 'node:v8';
import { z } from 'zod';
import { wireErrorSchema } from '../../../src-shared/contract/errors.ts';
import {
  BOX_FORMS,
  columnChoiceSchema,
  objectsWishSchema,
  TURNS,
} from '../../../src-shared/contract/procedures.ts';
import { picturesOf, type ReadItem, type ReadPicture } from './embedded.ts';

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

/** Questions and their pictures were checked where they were read, and are not looked through again. */
const pictures = z.custom<readonly ReadPicture[]>(Array.isArray);

/** A batch as it goes from thread to thread. */
const packedSchema = z.object({
  length: z.number().int().positive(),
  /** Each once. */
  pictures,
  /** The questions, by {@link pack}. */
  packed: z.instanceof(Uint8Array),
});
type Packed = z.infer<typeof packedSchema>;

/** Questions as a block of bytes: some wait to be written, and a block is nothing to the collector of garbage. */
export function pack(items: readonly ReadItem[]): Packed {
  return { length: items.length, pictures: picturesOf(items), packed: serialize(items) };
}

export function unpack({ packed }: Pick<Packed, 'packed'>): readonly ReadItem[] {
  return deserialize(packed) as readonly ReadItem[];
}

/** One for each request, in their order; none comes after `last` or an error. */
export const readingAnswerSchema = z.union([
  z.object({ batch: packedSchema.nullable(), last: z.boolean() }),
  z.object({ error: wireErrorSchema }),
]);
export type ReadingAnswer = z.infer<typeof readingAnswerSchema>;
