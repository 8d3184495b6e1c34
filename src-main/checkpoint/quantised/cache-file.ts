/**
 * The file of a cache: safetensors whose header is known before a byte of it is written. Tensors lie back to back, each in
 * one or more parts (`NAME.values`, `NAME.scales`, …), and the last one, `fovea.sha256`, has one hash per tensor in order.
 */
import { bytesOfPart } from './encodings.ts';
import type { StatedPart } from './encodings.ts';

const ALIGNMENT = 64;
const HASH_BYTES = 32;

/** One tensor of a cache, all of its parts together. */
export interface CachedTensor {
  readonly name: string;
  /** From the start of the cache file. */
  readonly offset: number;
  readonly bytes: number;
  /** Bytes of the checkpoint that it is made from. */
  readonly sourceBytes: number;
}

export interface CachePlan<T extends CachedTensor = CachedTensor> {
  /** The kind of cache, which is in the file's name. */
  readonly form: string;
  readonly tensors: readonly T[];
  /** Length field and JSON, as they open the file. */
  readonly header: Buffer;
  /** Where the hashes start; they end the file. */
  readonly hashOffset: number;
  readonly size: number;
  /** Bytes that are read of the checkpoint. */
  readonly sourceBytes: number;
}

/** A tensor before it has a place. */
export interface Unplaced {
  readonly name: string;
  readonly parts: readonly StatedPart[];
  readonly sourceBytes: number;
}

/** Gives every tensor its place, in the order given. */
export function layOutCache<T extends Unplaced>(
  metadata: Readonly<Record<string, string>>,
  tensors: readonly T[],
): Omit<CachePlan<T & CachedTensor>, 'form'> {
  const stated: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  const state = (name: string, part: StatedPart): void => {
    const begin = end;
    end += bytesOfPart(part);
    stated[`${name}${part.suffix}`] = { dtype: part.dtype, shape: part.shape, data_offsets: [begin, end] };
  };
  const placed = tensors.map((tensor) => {
    const offset = end;
    for (const part of tensor.parts) state(tensor.name, part);
    return { ...tensor, offset, bytes: end - offset };
  });
  const hashes = end;
  state('fovea.sha256', { suffix: '', dtype: 'U8', shape: [tensors.length, HASH_BYTES] });
  const header = encodeHeader(stated);
  return {
    tensors: placed.map((tensor) => ({ ...tensor, offset: header.length + tensor.offset })),
    header,
    hashOffset: header.length + hashes,
    size: header.length + end,
    sourceBytes: tensors.reduce((sum, { sourceBytes }) => sum + sourceBytes, 0),
  };
}

/** Padded with spaces, as the format allows, so that the data is aligned. */
function encodeHeader(stated: Record<string, unknown>): Buffer {
  const json = Buffer.from(JSON.stringify(stated));
  const length = Math.ceil((8 + json.length) / ALIGNMENT) * ALIGNMENT;
  const header = Buffer.alloc(length, ' ');
  header.writeBigUInt64LE(BigInt(length - 8));
  json.copy(header, 8);
  return header;
}
