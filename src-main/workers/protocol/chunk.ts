/**
 * A piece of a run that one worker takes at a time. What comes out of the queue is parsed: others can write there. Its samples are
 * compressed: ten million of them are to be in the queue within a minute, and beside each other they are alike.
 */
import { createHash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { pathSchema } from '../../../src-shared/contract/limits.ts';
import { sha256Schema } from './spec.ts';

/** A project's older questions may be longer than what people put in today. */
const TEXT = 1 << 20;
/** Of a chunk's samples, compressed (in base64) and not. */
const PACKED = 32 << 20;
const PLAIN = 128 << 20;
/** The fastest: what differs between samples is numbers and a few words. */
const LEVEL = 1;

const sampleSchema = z.object({
  /** The project's number of it. */
  id: z.number().int().positive(),
  question: z.string().max(TEXT),
  /** The answer that is fed; null where the model answers itself. */
  answer: z.string().max(TEXT).nullable(),
  picture: z.object({
    id: z.number().int().positive(),
    root: z.number().int().positive(),
    /** Relative to the root, with slashes. */
    path: pathSchema,
    bytes: z.number().int().min(0),
    /** Which content of its file. */
    version: z.number().int().min(0),
  }),
});
export type GivenSample = z.infer<typeof sampleSchema>;

export type ChunkSample = GivenSample & {
  /** What is asked, as {@link askedOf}: a result is of this or of nothing. */
  readonly asked: string;
};

const packedSchema = z.object({
  run: z.uuid(),
  /** Fingerprints of what is to label it (`RunSpec`). */
  model: sha256Schema,
  preset: sha256Schema,
  /** Base64 of compressed JSON. */
  samples: z.string().max(PACKED),
});
/** As it lies in the queue. */
export type PackedChunk = z.infer<typeof packedSchema>;

const samplesSchema = z.array(sampleSchema).min(1).max(1000);

export interface Chunk extends Omit<PackedChunk, 'samples'> {
  readonly samples: readonly ChunkSample[];
}

export function packChunk({
  samples,
  ...rest
}: Omit<PackedChunk, 'samples'> & { readonly samples: readonly GivenSample[] }): PackedChunk {
  const bytes = zstdCompressSync(JSON.stringify(samples), {
    params: { [constants.ZSTD_c_compressionLevel]: LEVEL },
  });
  return { ...rest, samples: bytes.toString('base64') };
}

/** @throws FoveaError `bad_input` for what is no chunk */
export function parseChunk(data: unknown): Chunk {
  try {
    const { samples, ...rest } = packedSchema.parse(data);
    const plain = zstdDecompressSync(Buffer.from(samples, 'base64'), { maxOutputLength: PLAIN });
    const given = samplesSchema.parse(JSON.parse(plain.toString('utf8')));
    return { ...rest, samples: given.map((sample) => ({ ...sample, asked: askedOfGiven(sample) })) };
  } catch (thrown) {
    const issue = thrown instanceof z.ZodError ? thrown.issues[0] : undefined;
    const words = issue?.message ?? (thrown instanceof Error ? thrown.message : String(thrown));
    throw new FoveaError('bad_input', `a chunk of the queue is not Fovea's (${words})`, {
      where: issue?.path.join('.') ?? null,
      next: 'Check what else writes to this database',
      cause: thrown,
    });
  }
}

function askedOfGiven({ question, answer, picture }: GivenSample): string {
  return askedOf({ question, answer, imageId: picture.id, pictureVersion: picture.version });
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
  const [a, b, c, d, e] = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(13, 16),
    hex.slice(17, 20),
    hex.slice(20, 32),
  ];
  return `${a}-${b}-8${c}-a${d}-${e}`;
}
