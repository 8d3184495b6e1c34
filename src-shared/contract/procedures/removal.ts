/** Taking samples, or all that an import added, out of a project. */
import { z } from 'zod';
import { idSchema } from '../domain.ts';
import { sampleScopeSchema } from './batches.ts';
import { slotSchema } from './exchange.ts';
import { none } from './none.ts';

export const removalWishSchema = z.discriminatedUnion('of', [
  z.object({ of: z.literal('import'), id: idSchema }),
  sampleScopeSchema.extend({ of: z.literal('samples') }),
]);
export type RemovalWish = z.infer<typeof removalWishSchema>;

export const removalCountsSchema = z.object({
  samples: z.number().int(),
  /** Of them, those with a decision that stands. */
  decided: z.number().int(),
  labelled: z.number().int(),
  /** With a flag or a note. */
  marked: z.number().int(),
});
export type RemovalCounts = z.infer<typeof removalCountsSchema>;

export const removalReportSchema = removalCountsSchema.extend({
  /** The database from before; null: nothing that was decided went. */
  copy: z.string().nullable(),
});
export type RemovalReport = z.infer<typeof removalReportSchema>;

export const importNoteSchema = z.object({
  id: idSchema,
  questionsFile: z.string(),
  imagesDir: z.string(),
  startedAt: z.string(),
  added: z.number().int(),
  skipped: z.number().int(),
  failed: z.number().int(),
  /** Of its samples, those that are still there. */
  samples: z.number().int(),
});
export type ImportNote = z.infer<typeof importNoteSchema>;

export const removalProcedures = {
  /** Imports that have samples, newest first. */
  'imports.list': { input: none, output: z.array(importNoteSchema) },
  /** What would go; nothing is written. */
  'removal.count': { input: removalWishSchema, output: removalCountsSchema },
  /** Fails with `cancelled` when `exchange.cancel` is called for the slot; what went by then is said. */
  'removal.start': {
    input: z.object({ wish: removalWishSchema, slot: slotSchema.optional() }),
    output: removalReportSchema,
  },
} as const;
