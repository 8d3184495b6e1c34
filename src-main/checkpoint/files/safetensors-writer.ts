/**
 * Writes a safetensors file (huggingface/safetensors, format description): length of the header, header, then the tensors'
 * bytes in the header's order. Tensors are streamed, so that none need be in memory whole.
 */
import { createHash } from 'node:crypto';
import { writeAtomically } from '../../files/atomic-file.ts';
import { DTYPE_BYTES, type Dtype } from './safetensors.ts';

export interface TensorToWrite {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Its bytes, little-endian, in as many pieces as suit. */
  bytes(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** Bytes of float32 values written at once. */
const PIECE = 4 << 20;

/** The header's end, so that tensors begin at a multiple of it. */
const ALIGNMENT = 8;

/** float32 values as a tensor; the array is read when it is written. */
export function floatTensor(name: string, shape: readonly number[], values: Float32Array): TensorToWrite {
  return {
    name,
    dtype: 'F32',
    shape,
    *bytes() {
      const all = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      for (let at = 0; at < all.length; at += PIECE) yield all.subarray(at, at + PIECE);
    },
  };
}

/** As {@link writeTensors}. @returns SHA-256 of the file */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>>,
): Promise<{ readonly sha256: string }> {
  const hash = createHash('sha256');
  await writeTensors(path, tensors, metadata, (bytes) => hash.update(bytes));
  return { sha256: hash.digest('hex') };
}

/**
 * Writes the file whole or not at all.
 * @param saw hears of all bytes in their order
 * @throws FoveaError as `writeAtomically`; RangeError when a tensor gives other bytes than its shape says
 */
export async function writeTensors(
  path: string,
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>>,
  saw: (bytes: Uint8Array) => void = () => undefined,
): Promise<void> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, dtype, shape } of tensors) {
    const end = offset + sizeOf(dtype, shape);
    header[name] = { dtype, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = JSON.stringify(header);
  const padding = ' '.repeat((ALIGNMENT - (Buffer.byteLength(json) % ALIGNMENT)) % ALIGNMENT);
  const text = Buffer.from(json + padding);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  await writeAtomically(path, async (sink) => {
    const put = async (bytes: Uint8Array): Promise<void> => {
      saw(bytes);
      await sink.write(bytes);
    };
    await put(length);
    await put(text);
    for (const tensor of tensors) {
      let written = 0;
      for await (const piece of tensor.bytes()) {
        written += piece.length;
        await put(piece);
      }
      const whole = sizeOf(tensor.dtype, tensor.shape);
      if (written !== whole) throw new RangeError(`${tensor.name} gave ${written} bytes of ${whole}`);
    }
  });
}

function sizeOf(dtype: Dtype, shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1) * DTYPE_BYTES[dtype];
}
