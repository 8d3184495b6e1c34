/**
 * What a worker says of one sample, as bytes of the database: MessagePack, compressed. The host parses each field of it, whoever
 * wrote it.
 */
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { decode, encode } from '@msgpack/msgpack';
import { z } from 'zod';
import {
  boxSchema,
  bytesSchema,
  droppedSchema,
  gridSchema,
  secondStageSchema,
  transformSchema,
} from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { PlacedMap } from '../../../src-shared/contract/outcome.ts';
import { EMBEDDING_SIZE } from '../../../src-shared/kernels/embeddings/embed.ts';
import type { LabelOutcome } from '../../engine/protocol.ts';

/** Most bytes in the database, and uncompressed: ten times what the largest grids come to. */
export const RESULT_BYTES = 16 << 20;
const PLAIN_BYTES = 64 << 20;
const CELLS = 1 << 18;
const BOXES = 10_000;

const gridOfCells = gridSchema.refine(([rows, cols]) => rows * cols <= CELLS, 'a grid of too many cells');
const mapSchema = z
  .object({ grid: gridOfCells, transform: transformSchema, bits: bytesSchema })
  .refine(({ grid, bits }) => bits.length === 2 * grid[0] * grid[1], 'a map that does not fit its grid');
const mapOrNone = mapSchema.nullable();
const boxes = z.array(boxSchema).max(BOXES);
const text = z.string().max(1 << 20);

const foundSchema = z
  .object({
    kind: z.literal('found'),
    answer: text,
    answerTokens: z.array(z.number().int().min(0)).max(100_000),
    grid: gridOfCells,
    transform: transformSchema,
    maps: z.object({
      grounding: mapOrNone,
      sink: mapOrNone,
      question: mapOrNone,
      denoised: mapOrNone,
      rpn: mapOrNone,
    }),
    labels: bytesSchema,
    dropped: droppedSchema.nullable(),
    boxes: z.object({ raw: boxes, denoised: boxes, rpn: boxes }),
    secondStage: secondStageSchema.extend({ answer: text }).nullable(),
    timings: z.record(z.string().max(100), z.number()),
    device: z.string().max(200),
    /** Absent where nothing stands for the picture. */
    embedding: z
      .object({
        scale: z.number().positive().finite(),
        data: bytesSchema.refine(({ length }) => length === EMBEDDING_SIZE, 'no embedding'),
        squareTokens: z.number().int().positive().nullable(),
      })
      .optional(),
    /** SHA-256 of the file that the model was shown. */
    picture: z.instanceof(Uint8Array).refine((bytes) => bytes.length === 32, 'no SHA-256'),
  })
  .refine(({ grid, labels }) => labels.length === grid[0] * grid[1], 'labels that do not fit their grid')
  .refine(({ labels }) => Int8Array.from(labels).every(isLabel), 'labels other than -100, 0 and 1');

const failedSchema = z.object({ kind: z.literal('failed'), reason: z.string().max(4000) });
const resultSchema = z.union([foundSchema, failedSchema]);

/** What a result holds of what the engine said. */
export type FoundLabel = Pick<
  LabelOutcome,
  | 'answer'
  | 'answerTokens'
  | 'grid'
  | 'transform'
  | 'maps'
  | 'labels'
  | 'dropped'
  | 'boxes'
  | 'secondStage'
  | 'timings'
  | 'device'
  | 'embedding'
>;

export type SampleResult =
  | { readonly kind: 'found'; readonly label: FoundLabel; readonly picture: Uint8Array }
  | { readonly kind: 'failed'; readonly reason: string };

/** As bytes of the database. */
export async function encodeResult(result: SampleResult): Promise<Buffer> {
  const plain =
    result.kind === 'failed' ? { ...result, reason: result.reason.slice(0, 4000) } : foundOf(result);
  return promisify(zstdCompress)(encode(plain));
}

function foundOf({ label, picture }: Extract<SampleResult, { kind: 'found' }>): unknown {
  const { answer, answerTokens, grid, transform, labels, dropped, boxes: found, secondStage } = label;
  const { grounding, sink, question, denoised, rpn } = label.maps;
  const { embedding } = label;
  return {
    kind: 'found',
    answer,
    answerTokens,
    grid,
    transform,
    maps: {
      grounding: packed(grounding),
      sink: packed(sink),
      question: packed(question),
      denoised: packed(denoised),
      rpn: packed(rpn),
    },
    labels: new Uint8Array(labels.buffer, labels.byteOffset, labels.length),
    dropped,
    boxes: found,
    secondStage,
    timings: label.timings,
    device: label.device,
    ...(embedding
      ? { embedding: { ...embedding, data: new Uint8Array(Int8Array.from(embedding.data).buffer) } }
      : {}),
    picture,
  };
}

/** @throws FoveaError `bad_input` for bytes that are no result, or too many */
export async function decodeResult(bytes: Uint8Array): Promise<SampleResult> {
  try {
    const plain = await promisify(zstdDecompress)(bytes, { maxOutputLength: PLAIN_BYTES });
    const result = resultSchema.parse(decode(plain, { maxStrLength: 1 << 21, maxArrayLength: 100_000 }));
    if (result.kind === 'failed') return result;
    const { kind, picture, labels, maps, embedding, ...rest } = result;
    const { grounding, sink, question, denoised, rpn } = maps;
    const label = {
      ...rest,
      labels: Int8Array.from(labels),
      ...(embedding ? { embedding: { ...embedding, data: signed(embedding.data) } } : {}),
      maps: {
        grounding: unpacked(grounding),
        sink: unpacked(sink),
        question: unpacked(question),
        denoised: unpacked(denoised),
        rpn: unpacked(rpn),
      },
    };
    return { kind, picture, label };
  } catch (thrown) {
    throw new FoveaError('bad_input', `a worker's result cannot be read: ${wordsOf(thrown)}`, {
      next: 'Check what else writes to this database; the sample is asked for again',
      cause: thrown,
    });
  }
}

function wordsOf(thrown: unknown): string {
  if (thrown instanceof z.ZodError) {
    const [issue] = thrown.issues;
    return `${issue?.path.join('.')} ${issue?.message}`.trim();
  }
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Little-endian on the wire. */
function packed(map: PlacedMap | null): unknown {
  if (!map) return null;
  const bytes = Buffer.alloc(2 * map.bits.length);
  map.bits.forEach((bits, i) => bytes.writeUInt16LE(bits, 2 * i));
  return { grid: map.grid, transform: map.transform, bits: bytes };
}

function unpacked(map: z.infer<typeof mapOrNone>): PlacedMap | null {
  if (!map) return null;
  const { bits: raw, grid, transform } = map;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  return {
    grid,
    transform,
    bits: Uint16Array.from({ length: raw.length / 2 }, (_, i) => view.getUint16(2 * i, true)),
  };
}

function signed(bytes: Uint8Array): Int8Array {
  return Int8Array.from(bytes, (byte) => (byte << 24) >> 24);
}

function isLabel(value: number): boolean {
  return value === -100 || value === 0 || value === 1;
}
