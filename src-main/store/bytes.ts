/** How arrays lie in blobs: labels as int8, maps as float16 bits, little-endian, row-major `[H*W]`. */
import { endianness } from 'node:os';

const swap = endianness() === 'BE';

/** Float16 bits as little-endian bytes (a copy). */
export function mapToBytes(map: Uint16Array): Uint8Array<ArrayBuffer> {
  const copy = Buffer.from(map.buffer, map.byteOffset, map.byteLength);
  const bytes = new Uint8Array(copy);
  if (swap) Buffer.from(bytes.buffer).swap16();
  return bytes;
}

/** Little-endian bytes as float16 bits (a copy). */
export function bytesToMap(bytes: Uint8Array): Uint16Array {
  const copy = new Uint8Array(bytes);
  if (swap) Buffer.from(copy.buffer).swap16();
  return new Uint16Array(copy.buffer);
}

/** Labels as bytes (a copy). */
export function labelsToBytes(labels: Int8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
}

/** Bytes as labels (a copy). */
export function bytesToLabels(bytes: Uint8Array): Int8Array {
  return new Int8Array(new Uint8Array(bytes).buffer);
}

/** SQLite gives Buffers; the contract speaks plain byte arrays. */
export function plainBytes(blob: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(blob);
}
