/**
 * The contract: every call the renderer can make of the main side and every event it can hear. Transports carry it,
 * handlers implement it, both sides parse with these schemas and nothing else.
 */
import { z } from 'zod';
import {
  answerModeSchema,
  bytesSchema,
  decisionSchema,
  idSchema,
  jobSchema,
  predictionMapsSchema,
  projectSummarySchema,
  reviewSchema,
  sampleDetailSchema,
  sampleRowSchema,
  sampleStateSchema,
} from './domain.ts';
import { presetSchema } from './preset.ts';

/** Empty lists mean "any". Text matches question, answer and external id, case-insensitively. */
export const sampleFilterSchema = z.object({
  states: z.array(sampleStateSchema).default([]),
  dropped: z.enum(['any', 'dropped', 'kept']).default('any'),
  languages: z.array(z.string()).default([]),
  splits: z.array(z.string()).default([]),
  text: z.string().max(500).default(''),
});
export type SampleFilter = z.infer<typeof sampleFilterSchema>;

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

const none = z.object({});

export const procedures = {
  'app.info': {
    input: none,
    output: z.object({
      version: z.string(),
      host: z.enum(['electron', 'browser', 'test']),
      projectPath: z.string().nullable(),
      reviewer: z.string(),
    }),
  },
  /** Opens a project folder in this backend, closing the one that was open. */
  'project.open': { input: z.object({ path: z.string() }), output: projectSummarySchema },
  /** Makes the demo project in `dir` (or opens it when it is one already) and starts labelling it. */
  'project.demo': { input: z.object({ dir: z.string().nullable() }), output: projectSummarySchema },
  'project.summary': { input: none, output: projectSummarySchema },
  'project.setActiveRun': { input: z.object({ runId: idSchema }), output: projectSummarySchema },

  'samples.list': {
    input: z.object({
      filter: sampleFilterSchema,
      offset: z.number().int().min(0),
      limit: z.number().int().min(1).max(500),
    }),
    output: z.object({ total: z.number().int(), rows: z.array(sampleRowSchema) }),
  },
  /** The sample's place (0-based) under a filter, or null when the filter hides it. */
  'samples.position': {
    input: z.object({ filter: sampleFilterSchema, id: idSchema }),
    output: z.object({ position: z.number().int().nullable() }),
  },
  'samples.get': { input: z.object({ id: idSchema }), output: sampleDetailSchema },
  'samples.maps': { input: z.object({ predictionId: idSchema }), output: predictionMapsSchema },

  /**
   * Appends a revision. `basedOn` is the revision the person saw (null: none); when a newer one stands the call
   * fails with `conflict` and nothing is written.
   */
  'reviews.submit': {
    input: z.object({
      sampleId: idSchema,
      predictionId: idSchema.nullable(),
      decision: decisionSchema,
      /** `[H*W]` int8 bytes; required for `correct`. */
      label: bytesSchema.nullable(),
      basedOn: idSchema.nullable(),
      reviewer: z.string().min(1).max(200),
      note: z.string().max(10_000).nullable(),
    }),
    output: z.object({ review: reviewSchema, state: sampleStateSchema }),
  },
  'reviews.history': { input: z.object({ sampleId: idSchema }), output: z.array(reviewSchema) },

  'presets.list': { input: none, output: z.array(presetSchema) },

  'jobs.list': { input: none, output: z.array(jobSchema) },
  'jobs.label': {
    input: z.object({
      modelDir: z.string().nullable(),
      presetId: z.string().nullable(),
      answerMode: answerModeSchema,
      limit: z.number().int().positive().nullable(),
    }),
    output: jobSchema,
  },
  'jobs.cancel': { input: z.object({ id: idSchema }), output: jobSchema },

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

export type ProcedureName = keyof typeof procedures;
export type ProcedureInput<N extends ProcedureName> = z.input<(typeof procedures)[N]['input']>;
export type ProcedureParsedInput<N extends ProcedureName> = z.output<(typeof procedures)[N]['input']>;
export type ProcedureOutput<N extends ProcedureName> = z.output<(typeof procedures)[N]['output']>;

/** Pushed by the main side; a client that missed some asks again (`project.summary`, `samples.get`). */
export const events = {
  'job.changed': jobSchema,
  /** A sample got a prediction or a revision, here or in another window. */
  'sample.changed': z.object({
    sampleId: idSchema,
    state: sampleStateSchema,
    reviewId: idSchema.nullable(),
    predictionId: idSchema.nullable(),
  }),
  'project.changed': projectSummarySchema,
  'engine.changed': z.object({
    state: z.enum(['stopped', 'starting', 'ready', 'restarting', 'failed']),
    device: z.string().nullable(),
    message: z.string().nullable(),
  }),
} as const;

export type EventName = keyof typeof events;
export type EventPayload<N extends EventName> = z.output<(typeof events)[N]>;

/** The client both sides program against; every transport gives one. */
export interface RpcClient {
  call<N extends ProcedureName>(name: N, input: ProcedureInput<N>): Promise<ProcedureOutput<N>>;
  on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void;
  /** Connection state, for the UI: a closed one keeps failing calls with `io` until it is back. */
  onConnection(listener: (open: boolean) => void): () => void;
  close(): void;
}
