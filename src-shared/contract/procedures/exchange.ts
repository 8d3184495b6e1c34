/** Data in and out of a project, and frozen versions of what goes out. */
import { z } from 'zod';
import { datasetNameSchema, datasetVersionSchema, toldDiffSchema } from '../datasets.ts';
import { exportChoicesSchema, exportFormatSchema } from '../export-formats.ts';
import { decisionSchema, sampleStateSchema } from '../domain.ts';
import { MOST, reviewerSchema } from '../limits.ts';
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
      of: z.enum(['state', 'answer', 'tag', 'language', 'flag']),
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

/** Fields that columns of a table can be. */
export const COLUMN_FIELDS = [
  'id',
  'image',
  'question',
  'answer',
  'language',
  'split',
  'tags',
  'boxes',
  'conversations',
  'messages',
] as const;
export type ColumnField = (typeof COLUMN_FIELDS)[number];
/** Columns by name: the field that each is, `''` to leave it out; one that is not named keeps its name. */
export const columnChoiceSchema = z.record(z.string().max(200), z.enum([...COLUMN_FIELDS, '']));
export type ColumnChoice = z.infer<typeof columnChoiceSchema>;

/** Of pictures with marked objects (COCO): what becomes a question, and its words with `{category}`; null: plain ones. */
export const objectsWishSchema = z.object({
  each: z.enum(['category', 'annotation', 'picture']),
  question: z.string().trim().min(1).max(MOST.note).nullable(),
});
export type ObjectsWish = z.infer<typeof objectsWishSchema>;

/** Pictures of an import that are copies of others, byte for byte. */
export const importCopiesSchema = z.object({
  /** Those that the project could do without. */
  pictures: z.number().int(),
  /** Pictures of the same bytes, by their paths in their folders, older ones first; the first groups. */
  groups: z.array(z.array(z.string())).readonly(),
  /** Pictures that others are as large as, and that were not read: there were too many, or they cannot be read. */
  uncompared: z.number().int(),
});

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
  /** Null: nobody could look. */
  copies: importCopiesSchema.nullable(),
});
export type ImportReport = z.infer<typeof importReportSchema>;

const sideSchema = z.object({
  decision: decisionSchema,
  reviewer: z.string(),
  at: z.string(),
  reason: z.string().nullable(),
});

/** What came, or in a dry run would come, of bringing in the decisions of another project. */
export const mergeReportSchema = z.object({
  dryRun: z.boolean(),
  /** The name of the other project. */
  other: z.string(),
  /** Of the other project, all. */
  samples: z.number().int(),
  /** Of them, those that are here: the same question about a picture of the same content. */
  matched: z.number().int(),
  /** Questions that were new, about pictures that are here. */
  added: z.number().int(),
  /** Decisions taken over, each revision counted. */
  decisions: z.number().int(),
  /** Samples whose decisions were here, and samples on which both decided the same. */
  already: z.number().int(),
  agreed: z.number().int(),
  notes: z.number().int(),
  flags: z.number().int(),
  tags: z.number().int(),
  /** On answers. */
  verdicts: z.number().int(),
  /** Samples, or decisions of them, that were not taken over; `reasons` say why. */
  left: z.number().int(),
  reasons: z.array(reasonSchema).readonly(),
  /** Samples that both decided on, and not the same; the first 500 are listed. They stay as they are here. */
  conflicting: z.number().int(),
  conflicts: z
    .array(
      z.object({
        /** Fovea's number here. */
        sample: z.number().int(),
        /** The data's id, and the question, cut when they are long. */
        id: z.string(),
        question: z.string(),
        here: sideSchema,
        there: sideSchema,
      }),
    )
    .readonly(),
});
export type MergeReport = z.infer<typeof mergeReportSchema>;

/** What came of importing a log of an outside model's answers. */
export const logReportSchema = z.object({
  model: z.string(),
  task: z.string(),
  /** Of the log's file, those with an answer that is here. */
  runs: z.number().int(),
  /** The imported file whose rows the log is about. */
  questionsFile: z.string(),
  added: z.number().int(),
  updated: z.number().int(),
  skipped: z.number().int(),
  failed: z.number().int(),
  /** Why lines were not joined with a sample, by kind. */
  failures: z.array(reasonSchema).readonly(),
});
export type LogReport = z.infer<typeof logReportSchema>;

/** Whose import or export it is, to hear of its progress and to cancel it. */
export const slotSchema = z.string().min(1).max(64);
const place = z.string().max(MOST.path);

/** What a file says beside its rows, as a person says it. */
const readingFields = {
  /** Empty: where the file lies; of a data set that is a folder, that folder. */
  imagesDir: place,
  /** A file of questions, or a folder that is a data set. */
  questionsFile: place,
  /** Of a conversation: a sample for each question, asked alone, or for the first one only. */
  turns: z.enum(TURNS).default('all'),
  /** How truth boxes are written; null: not said, taken for pixels and refused where they cannot be. */
  boxes: z.enum(BOX_FORMS).nullable().default(null),
  /** A second file or folder that belongs to it: annotations of VQA, scene graphs of GQA, the folder of V*Bench. */
  annotationsPath: place.nullable().default(null),
  /** Which columns are which fields; null: as guessed from their names. */
  columns: columnChoiceSchema.nullable().default(null),
  /** What is asked about each picture of a folder of pictures. */
  question: z.string().max(20_000).nullable().default(null),
  /** What is asked about marked objects. */
  objects: objectsWishSchema.default({ each: 'category', question: null }),
  slot: slotSchema.optional(),
};

/** What an import would do. */
export const importPreviewSchema = z.object({
  container: z.object({
    name: z.string(),
    words: z.string(),
    unit: z.enum(['line', 'row']),
    detail: z.string().nullable(),
  }),
  /** Where all rows have the same columns: those, and which fields they are taken for. */
  columns: z.object({ names: z.array(z.string()), choice: columnChoiceSchema }).nullable(),
  /** Forms of the questions that were looked at. */
  forms: z.array(z.object({ words: z.string(), questions: z.number().int() })),
  /** The first ones, as they would become samples. */
  samples: z.array(
    z.object({
      line: z.number().int(),
      id: z.string(),
      /** Relative to the images folder; null: it is inside the file. */
      picture: z.string().nullable(),
      question: z.string(),
      answer: z.string().nullable(),
      language: z.string().nullable(),
      split: z.string().nullable(),
      tags: z.array(z.string()),
      boxes: z.number().int(),
    }),
  ),
  /** Whether all of the file was looked at, or its first questions. */
  whole: z.boolean(),
  /** Lines or rows of the file. */
  places: z.number().int(),
  good: z.number().int(),
  failed: z.number().int(),
  failures: z.array(reasonSchema).readonly(),
  notes: z.array(reasonSchema).readonly(),
});
export type ImportPreview = z.infer<typeof importPreviewSchema>;

/** What came of an import of boxes that others proposed. */
export const proposalsReportSchema = z.object({
  /** What each source says now; what it said before is gone. */
  sources: z.array(z.object({ name: z.string(), samples: z.number().int(), boxes: z.number().int() })),
  failed: z.number().int(),
  failures: z.array(reasonSchema).readonly(),
  notes: z.array(reasonSchema).readonly(),
  seconds: z.number(),
});
export type ProposalsReport = z.infer<typeof proposalsReportSchema>;

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

export const exchangeProcedures = {
  /** What an import would do; nothing is written. */
  'import.preview': {
    input: z.object({
      ...readingFields,
      /** All of the file, or its first questions. */
      whole: z.boolean().default(false),
    }),
    output: importPreviewSchema,
  },
  /** Cancelled, it takes back what it added so far: nothing half-imported stays. */
  'import.start': {
    input: z.object({
      ...readingFields,
      /** The preset whose thresholds make labels of maps in the file; null: by what the maps look like. */
      preset: z.string().max(MOST.presetId).nullable().default(null),
    }),
    output: importReportSchema,
  },
  /** What an outside model answered, joined with samples by the rows of the data set they were made of. */
  'import.log': {
    input: z.object({
      logFile: place,
      /** Null: the imported file that fits. */
      questionsFile: place.nullable().default(null),
      slot: slotSchema.optional(),
    }),
    output: logReportSchema,
  },
  /** The decisions of another project on the same pictures and questions; whatever is decided here stays. */
  'import.merge': {
    input: z.object({ fromPath: place, dryRun: z.boolean(), slot: slotSchema.optional() }),
    output: mergeReportSchema,
  },
  /** Boxes that others proposed, in place of what their sources said before; whole or not at all. */
  'proposals.import': {
    input: z.object({ file: place, slot: slotSchema.optional() }),
    output: proposalsReportSchema,
  },
  /** Asked before an export; fails where no export may go. */
  'export.target': {
    input: z.object({ path: place, format: exportFormatSchema }),
    output: exportTargetSchema,
  },
  /** How many samples of a scope are in each state; of which go out the format and the choices decide. */
  'export.count': {
    input: exportChoicesSchema.pick({ scope: true }),
    output: z.record(sampleStateSchema, z.number().int()),
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
      /** A frozen version of the data set, as it was; null: what is there now. Which samples and splits is its own to say then. */
      version: datasetNameSchema.nullable().default(null),
      /** An earlier export of this project may be replaced; another file never is. */
      replaceOwn: z.boolean().default(false),
      slot: slotSchema.optional(),
    }),
    output: exportReportSchema,
  },
  /** The newest first. */
  'datasets.list': { input: none, output: z.array(datasetVersionSchema) },
  /**
   * Keeps what an export with these choices would write now, under a name. Fails with `conflict` for a name that is taken, `bad_input` when
   * nothing would go out, `cancelled` (`exchange.cancel` with the slot); nothing is kept then. Tells `datasets.changed`.
   */
  'datasets.freeze': {
    input: exportChoicesSchema
      .pick({ scope: true, splits: true, includeUnreviewed: true, licence: true })
      .extend({ name: datasetNameSchema, reviewer: reviewerSchema, slot: slotSchema }),
    output: datasetVersionSchema,
  },
  /** What two versions, by their names, do not have in common: added is what only the one after has. */
  'datasets.diff': {
    input: z.object({ before: datasetNameSchema, after: datasetNameSchema }),
    output: toldDiffSchema,
  },
  /** Cancels the import or export of a slot, which fails with `cancelled`; one that is over is no error. */
  'exchange.cancel': { input: z.object({ slot: slotSchema }), output: none },
} as const;
