/** Small safetensors files for tests, honest or lying. */
import { openSync, writeFileSync, writeSync } from 'node:fs';

export interface StoredTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** An honest file: tensors back to back in the given order. */
export function writeSafetensors(path: string, tensors: Record<string, StoredTensor>): void {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let offset = 0;
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.length] };
    offset += data.length;
  }
  writeRaw(path, header, Buffer.concat(Object.values(tensors).map((t) => t.data)));
}

/** Any header over any data; `length` overrides the header length written in front. */
export function writeRaw(path: string, header: unknown, data: Uint8Array, length?: bigint): void {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(length ?? BigInt(text.length));
  writeFileSync(path, Buffer.concat([prefix, text, data]));
}

/** Begins a file too large for memory: its header is written, padded as published ones are. @returns where data goes on */
export function beginSafetensors(path: string, header: unknown): number {
  let json = JSON.stringify(header);
  json += ' '.repeat((8 - (json.length % 8)) % 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const file = openSync(path, 'w');
  writeSync(file, length);
  writeSync(file, json);
  return file;
}

/** A float32 tensor of one value. */
export function filled(shape: readonly number[], value = 0): StoredTensor {
  const n = shape.reduce((a, b) => a * b, 1);
  return { dtype: 'F32', shape, data: new Uint8Array(new Float32Array(n).fill(value).buffer) };
}
