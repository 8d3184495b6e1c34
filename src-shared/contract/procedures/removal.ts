/** Taking samples, or all that an import added, out of a project. */
import { z } from 'zod';
import { idSchema } from '../domain.ts';
import { sampleFilterSchema } from './sample-filter.ts';
import { none } from './none.ts';

/** Samples named one by one; more are chosen by a filter. */
const IDS_MAX = 100_000;
const ids = z.array(idSchema).max(IDS_MAX);

export const removalWishSchema = z.discriminatedUnion('of', [
  z.object({ of: z.literal('import'), id: idSchema }),
  z.object({
    of: z.literal('samples'),
    filter: sampleFilterSchema,
    /** Just these of the filter; null: all of it. */
    ids: ids.nullable(),
    /** But these. */
    except: ids.default([]),
  }),
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
    input: z.object({ wish: removalWishSchema, slot: z.string().min(1).max(100).optional() }),
    output: removalReportSchema,
  },
} as const;
