/** A piece of a run that one worker takes at a time. What comes out of the queue is parsed: others can write there. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { pathSchema } from '../../../src-shared/contract/limits.ts';
import { sha256Schema } from './spec.ts';

/** A project's older questions may be longer than what people put in today. */
const TEXT = 1 << 20;

const sampleSchema = z.object({
  /** The project's number of it. */
  id: z.number().int().positive(),
  /** What is asked, as {@link askedOf}: a result is of this or of nothing. */
  asked: z.string().regex(/^[0-9a-f]{32}$/),
  question: z.string().max(TEXT),
  /** The answer that is fed; null where the model answers itself. */
  answer: z.string().max(TEXT).nullable(),
  picture: z.object({
    id: z.number().int().positive(),
    root: z.number().int().positive(),
    /** Relative to the root, with slashes. */
    path: pathSchema,
    bytes: z.number().int().min(0),
  }),
});
export type ChunkSample = z.infer<typeof sampleSchema>;

export const chunkSchema = z.object({
  run: z.uuid(),
  /** Fingerprints of what is to label it (`RunSpec`). */
  model: sha256Schema,
  preset: sha256Schema,
  samples: z.array(sampleSchema).min(1).max(1000),
});
export type Chunk = z.infer<typeof chunkSchema>;

/** @throws FoveaError `bad_input` for what is no chunk */
export function parseChunk(data: unknown): Chunk {
  const parsed = chunkSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new FoveaError('bad_input', `a chunk of the queue is none of Fovea's (${issue?.message})`, {
    where: issue?.path.join('.') ?? null,
    next: 'See what else writes to this database',
  });
}

/** What a result is an answer to: another question, fed answer or content of the picture gives another one. */
export function askedOf(sample: {
  readonly question: string;
  readonly answer: string | null;
  readonly imageId: number;
  readonly pictureVersion: number;
}): string {
  const { question, answer, imageId, pictureVersion } = sample;
  return createHash('sha256')
    .update(JSON.stringify([question, answer, imageId, pictureVersion]))
    .digest('hex')
    .slice(0, 32);
}

/**
 * Name of a chunk in the queue: the same for the same part of a run, so that enqueueing again adds nothing.
 * @param generation counts up where what was asked for is to be asked for again
 */
export function chunkId(run: string, part: number, generation: number): string {
  const hex = createHash('sha256').update(`${run} ${part} ${generation}`).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
