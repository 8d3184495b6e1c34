/** What goes to and comes from the thread that compares pictures. */
import { z } from 'zod';
import { wireErrorSchema } from '../../../src-shared/contract/errors.ts';
import {
  embeddingStatusSchema,
  measureSchema,
  nearDuplicatesSchema,
  planeSchema,
  sampleFilterSchema,
  similarPicturesSchema,
} from '../../../src-shared/contract/procedures.ts';

const ofThread = {
  id: z.number().int(),
  projectPath: z.string(),
  /** Four bytes; anything but 0 asks it to stop. */
  stop: z.instanceof(SharedArrayBuffer),
};

export const toEmbeddingThreadSchema = z.discriminatedUnion('action', [
  z.object({ ...ofThread, action: z.literal('status') }),
  z.object({
    ...ofThread,
    action: z.literal('similar'),
    sampleId: z.number().int(),
    limit: z.number().int(),
  }),
  z.object({ ...ofThread, action: z.literal('nearDuplicates'), threshold: z.number() }),
  z.object({
    ...ofThread,
    action: z.literal('plane'),
    filter: sampleFilterSchema,
    measure: measureSchema.nullable(),
  }),
]);
export type ToEmbeddingThread = z.infer<typeof toEmbeddingThreadSchema>;

/** What an action comes to. */
export const embeddingAnswerSchema = z.discriminatedUnion('action', [
  z.object({ action: z.literal('status'), output: embeddingStatusSchema.omit({ refused: true }) }),
  z.object({ action: z.literal('similar'), output: similarPicturesSchema }),
  z.object({ action: z.literal('nearDuplicates'), output: nearDuplicatesSchema }),
  z.object({ action: z.literal('plane'), output: planeSchema }),
]);
export type EmbeddingAnswer = z.infer<typeof embeddingAnswerSchema>;

export const fromEmbeddingThreadSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), id: z.number(), done: z.number(), total: z.number() }),
  z.object({ type: z.literal('done'), id: z.number(), answer: embeddingAnswerSchema }),
  z.object({ type: z.literal('failed'), id: z.number(), error: wireErrorSchema }),
]);
export type FromEmbeddingThread = z.infer<typeof fromEmbeddingThreadSchema>;
