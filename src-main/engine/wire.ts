/**
 * What crosses the pipe between backend and engine process, in both directions, and the schemas that each end parses
 * it with. Arrays travel as typed arrays (`serialization: 'advanced'`, structured clone).
 */
import { z } from 'zod';
import {
  boxSchema,
  droppedSchema,
  gridSchema,
  secondStageSchema,
  transformSchema,
} from '../../src-shared/contract/domain.ts';
import { wireErrorSchema } from '../../src-shared/contract/errors.ts';
import { chosenPrecisionSchema, modelRefSchema, precisionSchema } from '../../src-shared/contract/models.ts';
import { presetSchema } from '../../src-shared/contract/preset.ts';
import { checkpointRulesSchema } from '../../src-shared/contract/rules.ts';
import { EMBEDDING_SIZE } from '../../src-shared/kernels/embeddings/embed.ts';
import { placedMapSchema, tryOutcomeSchema, tryRequestSchema } from './method-wire.ts';
import type {
  EmbedOutcome,
  EmbedRequest,
  EncodingsPlace,
  EncodingsReport,
  FeaturesOutcome,
  FeaturesRequest,
  LabelOutcome,
  LabelRequest,
  LookOutcome,
  LookRequest,
  ModelInfo,
  PictureEmbedding,
  PredictOutcome,
  PredictRequest,
  ProbeOutcome,
  ProbeRequest,
  QuantiseProgress,
  ReanswerOutcome,
  ReanswerRequest,
  TokensOutcome,
  TokensRequest,
} from './protocol.ts';

const encodingsPlaceSchema = z.object({
  folder: z.string().min(1),
  budgetBytes: z.number().positive(),
  model: z.string().regex(/^[0-9a-f]{64}$/),
  name: z.string(),
  write: z.boolean(),
}) satisfies z.ZodType<EncodingsPlace>;

const labelRequestSchema = z.object({
  model: modelRefSchema,
  preset: presetSchema,
  imagePath: z.string().min(1),
  question: z.string(),
  answerMode: z.enum(['self', 'teacher']),
  answer: z.string().nullable(),
  want: z.object({
    questionMap: z.boolean(),
    rpn: z.boolean(),
    secondStage: z.boolean(),
    allHeadsOf: z.array(z.number().int().min(0)),
    featuresOf: z.number().int().min(0).optional(),
  }),
  together: z.boolean().optional(),
  encodings: encodingsPlaceSchema.optional(),
}) satisfies z.ZodType<LabelRequest>;

const featuresRequestSchema = z.object({
  model: modelRefSchema,
  preset: presetSchema,
  imagePath: z.string().min(1),
  question: z.string(),
  layer: z.number().int().min(0),
  encodings: encodingsPlaceSchema.optional(),
}) satisfies z.ZodType<FeaturesRequest>;

const embedRequestSchema = z.object({
  model: modelRefSchema,
  preset: presetSchema,
  imagePath: z.string().min(1),
  encodings: encodingsPlaceSchema.optional(),
}) satisfies z.ZodType<EmbedRequest>;

const predictRequestSchema = z.object({
  model: modelRefSchema,
  preset: presetSchema,
  features: z.instanceof(Uint8Array),
}) satisfies z.ZodType<PredictRequest>;

const tokenIdsSchema = z.array(z.number().int().min(0)).max(10_000);

const tokensRequestSchema = z.object({
  model: modelRefSchema,
  preset: presetSchema,
  imagePath: z.string().min(1),
  question: z.string(),
  answerMode: z.enum(['self', 'teacher']),
  answerTokens: tokenIdsSchema,
}) satisfies z.ZodType<TokensRequest>;

const reanswerRequestSchema = z.object({
  model: modelRefSchema,
  preset: presetSchema,
  imagePath: z.string().min(1),
  question: z.string(),
  edit: z.object({ kind: z.enum(['hide', 'keep']), box: boxSchema }).nullable(),
  score: tokenIdsSchema,
  generate: z.boolean().optional(),
}) satisfies z.ZodType<ReanswerRequest>;

const lookRequestSchema = z.object({
  model: modelRefSchema,
  preset: presetSchema,
  imagePath: z.string().min(1),
  question: z.string(),
  answer: z.string(),
  at: z.union([
    z.object({ from: z.enum(['rpn', 'denoised']), grid: gridSchema, bits: z.instanceof(Uint16Array) }),
    z.object({ box: boxSchema }),
  ]),
}) satisfies z.ZodType<LookRequest>;

const probeRequestSchema = z.object({
  model: modelRefSchema,
  imagePath: z.string().min(1),
  question: z.string(),
  answer: z.string().nullable(),
  layers: z.array(z.number().int().min(0)).nullable(),
  maxNewTokens: z.number().int().min(1),
}) satisfies z.ZodType<ProbeRequest>;

const probeOutcomeSchema = z.object({
  device: z.string(),
  answer: z.string(),
  arrays: z.record(
    z.string(),
    z.object({
      shape: z.array(z.number().int().min(0)),
      data: z.union([z.instanceof(Float32Array), z.instanceof(BigInt64Array)]),
    }),
  ),
}) satisfies z.ZodType<ProbeOutcome>;

const callId = z.number().int().positive();

/** Backend to engine. */
export const toEngineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('modelInfo'), id: callId, input: modelRefSchema }),
  z.object({
    type: z.literal('choosePrecision'),
    id: callId,
    input: modelRefSchema.omit({ precision: true }),
  }),
  z.object({ type: z.literal('label'), id: callId, input: labelRequestSchema }),
  z.object({ type: z.literal('tokens'), id: callId, input: tokensRequestSchema }),
  z.object({ type: z.literal('reanswer'), id: callId, input: reanswerRequestSchema }),
  z.object({ type: z.literal('look'), id: callId, input: lookRequestSchema }),
  z.object({ type: z.literal('tryMethod'), id: callId, input: tryRequestSchema }),
  z.object({ type: z.literal('features'), id: callId, input: featuresRequestSchema }),
  z.object({ type: z.literal('embed'), id: callId, input: embedRequestSchema }),
  z.object({ type: z.literal('predict'), id: callId, input: predictRequestSchema }),
  z.object({ type: z.literal('probe'), id: callId, input: probeRequestSchema }),
  z.object({ type: z.literal('cancel'), id: callId }),
]);
export type ToEngine = z.infer<typeof toEngineSchema>;

const modelInfoSchema = z.object({
  dir: z.string(),
  rpnDir: z.string().optional(),
  adapterDir: z.string().optional(),
  name: z.string(),
  family: z.string(),
  layers: z.number(),
  heads: z.number(),
  grid: gridSchema,
  parameters: z.number(),
  rpn: z.object({ k: z.number(), t: z.number() }).nullable(),
  gateThreshold: z.number().optional(),
  rules: checkpointRulesSchema,
  device: z.string(),
  precision: precisionSchema,
  selfCheck: z.object({ maxError: z.number(), limit: z.number() }).nullable(),
  oneAtATime: z.string().optional(),
  loadMs: z.number(),
  threads: z.number().nullable(),
  held: z.array(z.string()),
}) satisfies z.ZodType<ModelInfo>;

const quantiseProgressSchema = z.object({
  precision: precisionSchema,
  done: z.number(),
  total: z.number(),
}) satisfies z.ZodType<QuantiseProgress>;

const mapSchema = z.instanceof(Uint16Array);
const pictureEmbeddingSchema = z.object({
  scale: z.number().positive(),
  data: z.instanceof(Int8Array).refine(({ length }) => length === EMBEDDING_SIZE, 'no embedding'),
  squareTokens: z.number().int().positive().nullable(),
}) satisfies z.ZodType<PictureEmbedding>;

const labelOutcomeSchema = z.object({
  answer: z.string(),
  answerTokens: z.array(z.number()),
  imageSize: z.tuple([z.number(), z.number()]),
  grid: gridSchema,
  transform: transformSchema,
  maps: z.object({
    grounding: placedMapSchema.nullable(),
    sink: placedMapSchema.nullable(),
    question: placedMapSchema.nullable(),
    denoised: placedMapSchema.nullable(),
    rpn: placedMapSchema.nullable(),
  }),
  headMaps: z.array(z.object({ layer: z.number(), head: z.number(), map: mapSchema })),
  labels: z.instanceof(Int8Array),
  dropped: droppedSchema.nullable(),
  boxes: z.object({ raw: z.array(boxSchema), denoised: z.array(boxSchema), rpn: z.array(boxSchema) }),
  secondStage: secondStageSchema.nullable(),
  timings: z.record(z.string(), z.number()),
  device: z.string(),
  features: z.instanceof(Uint8Array).optional(),
  encodings: z
    .object({
      reused: z.number().int().min(0),
      kept: z.number().int().min(0),
      keptBytes: z.number().min(0),
      bad: z.string().nullable(),
      refused: z.string().nullable(),
    })
    .optional() satisfies z.ZodType<EncodingsReport | undefined>,
  embedding: pictureEmbeddingSchema.optional(),
}) satisfies z.ZodType<LabelOutcome>;

const featuresOutcomeSchema = z.object({
  features: z.instanceof(Uint8Array),
  timings: z.record(z.string(), z.number()),
  device: z.string(),
}) satisfies z.ZodType<FeaturesOutcome>;

const embedOutcomeSchema = z.object({
  embedding: pictureEmbeddingSchema.nullable(),
  timings: z.record(z.string(), z.number()),
  device: z.string(),
}) satisfies z.ZodType<EmbedOutcome>;

const predictOutcomeSchema = z.object({
  rpn: placedMapSchema,
  boxes: z.array(boxSchema),
  timings: z.record(z.string(), z.number()),
  device: z.string(),
}) satisfies z.ZodType<PredictOutcome>;

const tokensOutcomeSchema = z.object({
  tokens: z.array(
    z.object({
      id: z.number(),
      text: z.string().min(1),
      role: z.enum(['template', 'question', 'answer']),
      used: z.boolean(),
      map: mapSchema.nullable(),
    }),
  ),
  grid: gridSchema,
  transform: transformSchema,
  timings: z.record(z.string(), z.number()),
  device: z.string(),
}) satisfies z.ZodType<TokensOutcome>;

const reanswerOutcomeSchema = z.object({
  answer: z.string(),
  answerTokens: z.array(z.number()),
  logProbs: z.array(z.number()),
  fill: z.object({
    colour: z.tuple([z.number(), z.number(), z.number()]),
    source: z.enum(['padding', 'square', 'mean']),
  }),
  timings: z.record(z.string(), z.number()),
  device: z.string(),
}) satisfies z.ZodType<ReanswerOutcome>;

const lookOutcomeSchema = z.object({
  secondStage: secondStageSchema,
  timings: z.record(z.string(), z.number()),
  device: z.string(),
}) satisfies z.ZodType<LookOutcome>;

/**
 * Engine to backend. `beat` says the event loop is alive; it stays away while a forward pass blocks it. `quantising` says
 * how far writing a cache is that call `id` waits for.
 */
export const fromEngineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('beat') }),
  z.object({ type: z.literal('quantising'), id: callId, progress: quantiseProgressSchema }),
  z.object({ type: z.literal('modelInfo'), id: callId, output: modelInfoSchema }),
  z.object({ type: z.literal('choosePrecision'), id: callId, output: chosenPrecisionSchema }),
  z.object({ type: z.literal('label'), id: callId, output: labelOutcomeSchema }),
  z.object({ type: z.literal('tokens'), id: callId, output: tokensOutcomeSchema }),
  z.object({ type: z.literal('reanswer'), id: callId, output: reanswerOutcomeSchema }),
  z.object({ type: z.literal('look'), id: callId, output: lookOutcomeSchema }),
  z.object({ type: z.literal('tryMethod'), id: callId, output: tryOutcomeSchema }),
  z.object({ type: z.literal('features'), id: callId, output: featuresOutcomeSchema }),
  z.object({ type: z.literal('embed'), id: callId, output: embedOutcomeSchema }),
  z.object({ type: z.literal('predict'), id: callId, output: predictOutcomeSchema }),
  z.object({ type: z.literal('probe'), id: callId, output: probeOutcomeSchema }),
  z.object({ type: z.literal('error'), id: callId, error: wireErrorSchema }),
]);
export type FromEngine = z.infer<typeof fromEngineSchema>;

type AboutPicture = 'label' | 'tokens' | 'reanswer' | 'look' | 'tryMethod' | 'features' | 'embed';

/** Questions about a picture, and their answers, which all say the device that they ran on. */
export type PictureCalls = {
  readonly [T in AboutPicture]: {
    readonly input: Extract<ToEngine, { type: T }>['input'];
    readonly output: Extract<FromEngine, { type: T }>['output'];
  };
};
