/** Data in and out of a project. */
import { z } from 'zod';
import { exportChoicesSchema, exportFormatSchema } from '../export-formats.ts';
import { MOST } from '../limits.ts';
import { reasonSchema } from '../reasons.ts';
import { none } from './none.ts';

export const exportReportSchema = z.object({
  format: exportFormatSchema,
  path: z.string(),
  done: z.number().int(),
  failed: z.number().int(),
  /** Samples left out or refused, by reason (`unreviewed`, `rejected`, `no_prediction`, `not_expressible_…`). */
  skipped: z.record(z.string(), z.number().int()),
  /** Changes the format forces, counted, by kind (e.g. `bg_inside_box_to_ignore`). */
  notes: z.record(z.string(), z.number().int()),
  /** Samples written, by the id of the run that their label started from. */
  runs: z.record(z.string(), z.number().int()),
  seconds: z.number(),
  /** Whether the project knows the file for its own from now on; it cannot where nothing can be written to it. */
  remembered: z.boolean(),
  pictures: z.object({
    /** Samples whose picture is another one now than was labelled; those that would have gone out are among `skipped`. */
    changed: z.number().int(),
    /** Samples whose picture cannot be read at the moment: their labels went out as they are. */
    unshown: z.number().int(),
    /** Why nobody could look whether pictures changed; null: it was looked. */
    unchecked: z.string().nullable(),
  }),
});
export type ExportReport = z.infer<typeof exportReportSchema>;

const spread = z.object({
  /** Null: none given. */
  value: z.string().nullable(),
  samples: z.number().int(),
  /** In the order of `splits`. */
  bySplit: z.array(z.number().int()),
});

/** What an export would be made of, as far as the samples' states tell. */
export const exportPlanSchema = z.object({
  samples: z.number().int(),
  splits: z.array(z.object({ name: z.string().nullable(), samples: z.number().int() })),
  /** The most frequent values first, and how many there are besides. */
  facets: z.array(
    z.object({
      of: z.enum(['answer', 'tag', 'language']),
      values: z.array(spread),
      others: z.object({ values: z.number().int(), samples: z.number().int() }),
    }),
  ),
});
export type ExportPlan = z.infer<typeof exportPlanSchema>;

const fileFacts = { path: z.string(), bytes: z.number(), modifiedAt: z.string() };

/** Which questions of a conversation become samples. */
export const TURNS = ['all', 'first'] as const;
/** How truth boxes are written: corners in pixels, a corner with width and height, corners in 0…1 or 0…1000. */
export const BOX_FORMS = ['pixels', 'xywh', 'unit', 'thousand'] as const;
export type BoxForm = (typeof BOX_FORMS)[number];

/** What came of an import. */
export const importReportSchema = z.object({
  added: z.number().int(),
  /** Questions whose sample was in the project and was corrected by the file; `notes` say what. */
  updated: z.number().int(),
  /** Questions whose sample is in the project already, as the file says it. */
  skipped: z.number().int(),
  failed: z.number().int(),
  /** Labels that came with the file, made of its maps, to be reviewed. */
  labelled: z.number().int(),
  /** Why rows failed, by kind, the most frequent first. */
  failures: z.array(reasonSchema).readonly(),
  /** What was read otherwise than it is written, or left out, by kind; counted in samples. */
  notes: z.array(reasonSchema).readonly(),
});
export type ImportReport = z.infer<typeof importReportSchema>;

/** What lies where an export would go: nothing, what this project exported there, or somebody else's file or folder. */
export const exportTargetSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('free'), path: z.string() }),
  z.object({
    state: z.literal('own'),
    ...fileFacts,
    format: exportFormatSchema,
    samples: z.number().int(),
    exportedAt: z.string(),
  }),
  z.object({ state: z.literal('foreign'), ...fileFacts }),
]);
export type ExportTarget = z.infer<typeof exportTargetSchema>;

/** Whose import or export it is, to hear of its progress and to cancel it. */
export const slotSchema = z.string().min(1).max(64);
const place = z.string().max(MOST.path);

export const exchangeProcedures = {
  /** Cancelled, it takes back what it added so far: nothing half-imported stays. */
  'import.start': {
    input: z.object({
      imagesDir: place,
      questionsFile: place,
      /** Of a conversation: a sample for each question, asked alone, or for the first one only. */
      turns: z.enum(TURNS).default('all'),
      /** How truth boxes are written; null: not said, taken for pixels and refused where they cannot be. */
      boxes: z.enum(BOX_FORMS).nullable().default(null),
      /** The preset whose thresholds make labels of maps in the file; null: by what the maps look like. */
      preset: z.string().max(MOST.presetId).nullable().default(null),
      slot: slotSchema.optional(),
    }),
    output: importReportSchema,
  },
  /** Asked before an export; fails where no export may go. */
  'export.target': {
    input: z.object({ path: place, format: exportFormatSchema }),
    output: exportTargetSchema,
  },
  /** What would go out, before it does. */
  'export.plan': {
    input: exportChoicesSchema.pick({ scope: true, splits: true, includeUnreviewed: true, audit: true }),
    output: exportPlanSchema,
  },
  'export.start': {
    input: z.object({
      format: exportFormatSchema,
      path: place,
      ...exportChoicesSchema.shape,
      /** An earlier export of this project may be replaced; another file never is. */
      replaceOwn: z.boolean().default(false),
      slot: slotSchema.optional(),
    }),
    output: exportReportSchema,
  },
  /** Cancels the import or export of a slot, which fails with `cancelled`; one that is over is no error. */
  'exchange.cancel': { input: z.object({ slot: slotSchema }), output: none },
} as const;
