/**
 * A question about a picture of the person's own, without a project. A call replaces the one before of the same page (`slot`), which
 * fails with `cancelled`.
 */
import { z } from 'zod';
import { bytesSchema } from '../domain.ts';
import { ownPictureAnswerSchema } from '../inspect.ts';
import { MOST, nameSchema } from '../limits.ts';

const slotSchema = z.string().min(1).max(64);

/** Largest picture that a page can send: a frame has 8 MiB (`rpc/codec.ts`), and the rest of the call wants room. */
export const OWN_PICTURE_BYTES = 7 * 1024 * 1024;

export const ownPictureProcedures = {
  'ownPicture.ask': {
    input: z
      .object({
        slot: slotSchema,
        /** Where it lies on the machine that Fovea runs on; null: `sent` is it. */
        path: z.string().max(MOST.path).nullable(),
        sent: z.object({ name: nameSchema(255), bytes: bytesSchema }).nullable(),
        /** Its name in the list of models; null: the demo model. */
        model: z.string().max(300).nullable(),
        /** Null: the one that fits the model. */
        presetId: z.string().max(MOST.presetId).nullable(),
        question: z.string().trim().min(1).max(MOST.question),
      })
      .refine(({ path, sent }) => (path === null) !== (sent === null), 'one of path and sent')
      .refine(({ sent }) => (sent?.bytes.length ?? 0) <= OWN_PICTURE_BYTES, 'the picture is too large'),
    output: ownPictureAnswerSchema,
  },
  'ownPicture.cancel': { input: z.object({ slot: slotSchema }), output: z.object({}) },
} as const;
