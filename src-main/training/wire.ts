/** What crosses the pipe between the backend and the process that trains, parsed at each end. */
import { z } from 'zod';
import { boxSchema, gridSchema, transformSchema } from '../../src-shared/contract/domain.ts';
import { wireErrorSchema } from '../../src-shared/contract/errors.ts';
import { modelRefSchema } from '../../src-shared/contract/models.ts';
import { roiParamsSchema } from '../../src-shared/contract/preset.ts';
import { trainingSettingsSchema } from '../../src-shared/contract/training.ts';
import type {
  ExampleScores,
  ScoredExample,
  StepOutcome,
  TrainerInfo,
  TrainerStart,
  TrainingExample,
} from './protocol.ts';

const path = z.string().min(1);

const startSchema = z.object({
  model: modelRefSchema,
  fresh: z.object({ k: z.number().int().min(0), t: z.number().int().min(1) }).nullable(),
  settings: trainingSettingsSchema,
  state: path.nullable(),
}) satisfies z.ZodType<TrainerStart>;

const scoredSchema = z.object({ features: path }) satisfies z.ZodType<ScoredExample>;

const exampleSchema = scoredSchema.extend({
  labels: z.instanceof(Int8Array<ArrayBuffer>),
  grid: gridSchema,
  transform: transformSchema,
  weight: z.number().positive(),
}) satisfies z.ZodType<TrainingExample>;

const infoSchema = z.object({
  parameters: z.number(),
  stateBytes: z.number(),
  step: z.number().int(),
  k: z.number().int(),
  t: z.number().int(),
}) satisfies z.ZodType<TrainerInfo>;

const stepSchema = z.object({
  step: z.number().int(),
  losses: z.array(z.number()),
  loss: z.number(),
  learningRate: z.number(),
  gradNorm: z.number(),
  clipped: z.boolean(),
}) satisfies z.ZodType<StepOutcome>;

const scoresSchema = z.array(
  z.object({
    rpn: z.object({
      grid: gridSchema,
      transform: transformSchema,
      bits: z.instanceof(Uint16Array<ArrayBuffer>),
    }),
    boxes: z.array(boxSchema),
  }),
) satisfies z.ZodType<ExampleScores[]>;

/** Each call by its name: what goes in and what comes back. */
export const CALLS = {
  open: { input: startSchema, output: infoSchema },
  step: { input: z.array(exampleSchema).min(1), output: stepSchema },
  score: { input: z.object({ examples: z.array(scoredSchema), roi: roiParamsSchema }), output: scoresSchema },
  save: { input: path, output: z.null() },
  exportVersion: { input: path, output: z.object({ sha256: z.string() }) },
  peakBytes: { input: z.null(), output: z.number() },
} as const;

export type CallName = keyof typeof CALLS;
export type Input<N extends CallName> = z.input<(typeof CALLS)[N]['input']>;
export type Output<N extends CallName> = z.output<(typeof CALLS)[N]['output']>;

const names = Object.keys(CALLS) as [CallName, ...CallName[]];

const callSchema = z.object({
  id: z.number().int().positive(),
  call: z.enum(names),
  input: z.unknown(),
});
/** A call as it crosses; `input` is parsed by its own schema then. */
export type TrainerCall = z.infer<typeof callSchema>;

/** To the process that trains: a call, or that nobody waits for the one of this number any more. */
export const toTrainerSchema = z.union([callSchema, z.object({ giveUp: z.number().int().positive() })]);
export type ToTrainer = z.infer<typeof toTrainerSchema>;

export const fromTrainerSchema = z.union([
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('beat') }),
  z.object({ type: z.literal('done'), id: z.number().int().positive(), output: z.unknown() }),
  z.object({ type: z.literal('error'), id: z.number().int().positive(), error: wireErrorSchema }),
]);
export type FromTrainer = z.infer<typeof fromTrainerSchema>;
