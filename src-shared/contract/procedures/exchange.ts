/** Data in and out of a project. */
import { z } from 'zod';
import { none } from './none.ts';

export const exportFormatSchema = z.enum(['jsonl', 'sdrpn', 'coco']);
export type ExportFormat = z.infer<typeof exportFormatSchema>;

export const exportReportSchema = z.object({
  format: exportFormatSchema,
  path: z.string(),
  done: z.number().int(),
  failed: z.number().int(),
  /** Samples left out or refused, by reason (`unreviewed`, `rejected`, `no_prediction`, `not_expressible_…`). */
  skipped: z.record(z.string(), z.number().int()),
  /** Changes the format forces, counted, by kind (e.g. `bg_inside_box_to_ignore`). */
  notes: z.record(z.string(), z.number().int()),
  seconds: z.number(),
});
export type ExportReport = z.infer<typeof exportReportSchema>;

/** Whose import or export it is, to hear of its progress and to cancel it. */
const slot = z.string().min(1).max(64);

export const exchangeProcedures = {
  /** Cancelled, it takes back what it added so far: nothing half-imported stays. */
  'import.start': {
    input: z.object({ imagesDir: z.string(), questionsFile: z.string(), slot: slot.optional() }),
    output: z.object({ added: z.number().int(), skipped: z.number().int(), failed: z.number().int() }),
  },
  'export.start': {
    input: z.object({
      format: exportFormatSchema,
      path: z.string(),
      includeUnreviewed: z.boolean(),
      slot: slot.optional(),
    }),
    output: exportReportSchema,
  },
  /** Cancels the import or export of a slot, which fails with `cancelled`; one that is over is no error. */
  'exchange.cancel': { input: z.object({ slot }), output: none },
} as const;
