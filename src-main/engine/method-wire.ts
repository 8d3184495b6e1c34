/** Schemas of {@link TryRequest} and its outcome, which each end of the pipe parses them with. */
import { z } from 'zod';
import {
  boxSchema,
  gridSchema,
  secondStageSchema,
  transformSchema,
} from '../../src-shared/contract/domain.ts';
import { gateNeedsSchema, methodSchema } from '../../src-shared/contract/evaluation.ts';
import { modelRefSchema } from '../../src-shared/contract/models.ts';
import { presetSchema } from '../../src-shared/contract/preset.ts';
import type { TryAnswer, TryRequest } from './protocol.ts';

/** A method takes no more regions than this. */
export const MOST_REGIONS = 64;

export const tryRequestSchema = z.object({
  model: modelRefSchema,
  preset: presetSchema,
  imagePath: z.string().min(1),
  question: z.string(),
  method: methodSchema,
  boxes: z.array(boxSchema).max(MOST_REGIONS).optional(),
  share: z.number().gt(0).max(1).optional(),
  seed: z.number().int().optional(),
  layer: z.number().int().min(0).optional(),
  tokens: z.number().int().min(1).optional(),
  times: z.number().min(0.01).max(100).optional(),
}) satisfies z.ZodType<TryRequest>;

export const placedMapSchema = z
  .object({ grid: gridSchema, transform: transformSchema, bits: z.instanceof(Uint16Array) })
  .refine(({ grid, bits }) => bits.length === grid[0] * grid[1], 'the map does not fit its grid');

export const tryOutcomeSchema = z.object({
  method: methodSchema,
  answer: z.string(),
  variant: z.string().nullable(),
  layer: z.number().nullable(),
  crops: z.array(boxSchema),
  skipped: secondStageSchema.shape.skipped,
  map: placedMapSchema.nullable(),
  needs: gateNeedsSchema,
  imageSize: z.tuple([z.number(), z.number()]),
  visualTokens: z.number(),
  encodedTokens: z.number(),
  timings: z.record(z.string(), z.number()),
  device: z.string(),
  memoryBytes: z.number().nullable(),
}) satisfies z.ZodType<TryAnswer>;
