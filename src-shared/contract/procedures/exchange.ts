/** Data in and out of a project. */
import { z } from 'zod';

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

export const exchangeProcedures = {
  'import.start': {
    input: z.object({ imagesDir: z.string(), questionsFile: z.string() }),
    output: z.object({ added: z.number().int(), skipped: z.number().int(), failed: z.number().int() }),
  },
  'export.start': {
    input: z.object({
      format: exportFormatSchema,
      path: z.string(),
      includeUnreviewed: z.boolean(),
    }),
    output: exportReportSchema,
  },
} as const;
