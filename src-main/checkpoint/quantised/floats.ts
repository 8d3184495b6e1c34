/** Stored weights as float32, in pieces of a bounded size. All three dtypes fit float32 exactly. */
import type { FileHandle } from 'node:fs/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { fromFloat16 } from '../../../src-shared/kernels/float16.ts';
import { DTYPE_BYTES } from '../files/safetensors.ts';
import type { FloatDtype } from '../weight-index.ts';
import type { SourceTensor } from './plan.ts';

let halves: Float32Array | null = null;

/** What each of the 65,536 float16 numbers is. */
function halfTable(): Float32Array {
  return (halves ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => fromFloat16(bits)));
}

/** `bytes` (little-endian, aligned to their dtype) as float32; F32 is the same memory. */
export function toFloats(bytes: Uint8Array, dtype: FloatDtype): Float32Array {
  const { buffer, byteOffset, byteLength } = bytes;
  if (dtype === 'F32') return new Float32Array(buffer, byteOffset, byteLength / 4);
  const stored = new Uint16Array(buffer, byteOffset, byteLength / 2);
  const floats = new Float32Array(stored.length);
  if (dtype === 'F16') {
    const table = halfTable();
    for (let i = 0; i < floats.length; i++) floats[i] = table[stored[i] as number] as number;
  } else {
    const words = new Uint32Array(floats.buffer);
    for (let i = 0; i < words.length; i++) words[i] = (stored[i] as number) << 16;
  }
  return floats;
}

/**
 * The tensor's values in order, `count` at a time; the arrays are only good until the next one.
 * @throws FoveaError `bad_checkpoint` when the file has become shorter.
 */
export async function* readFloats(
  file: FileHandle,
  entry: SourceTensor,
  count: number,
): AsyncGenerator<Float32Array> {
  const size = count * DTYPE_BYTES[entry.dtype];
  const buffer = new Uint8Array(Math.min(size, entry.length));
  for (let at = 0; at < entry.length; at += size) {
    const piece = buffer.subarray(0, Math.min(size, entry.length - at));
    for (let got = 0; got < piece.length;) {
      const { bytesRead } = await file.read(piece, got, piece.length - got, entry.offset + at + got);
      if (bytesRead === 0) {
        throw new FoveaError('bad_checkpoint', `the file ends inside tensor ${entry.name}`, {
          where: entry.file,
          next: 'Download this file again',
        });
      }
      got += bytesRead;
    }
    yield toFloats(piece, entry.dtype);
  }
}
