/** Quantised blocks back to numbers, value by value as the format is defined, and blocks in a file for graphs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bits, Blocks } from '../../src-main/checkpoint/quantised/blocks.ts';
import { BLOCK, blocksOf, quantise } from '../../src-main/checkpoint/quantised/blocks.ts';
import type { QuantisedRows } from '../../src-main/checkpoint/quantised/rows.ts';
import { quantiseRows } from '../../src-main/checkpoint/quantised/rows.ts';
import type { BlockRef, Digits, FileRange, RowRef, TableRef } from '../../src-main/graph/weights.ts';

/** `[rows, k]` of blocks. */
export function dequantise({ values, scales }: Blocks, k: number, bits: Bits): Float32Array {
  const perRow = blocksOf(k);
  const rows = scales.length / perRow;
  const nibble = (at: number) => ((values[at >> 1] as number) >> (4 * (at & 1))) & 15;
  return Float32Array.from({ length: rows * k }, (_, i) => {
    const [row, column] = [Math.floor(i / k), i % k];
    const at = (row * perRow + Math.floor(column / BLOCK)) * BLOCK + (column % BLOCK);
    const q = bits === 4 ? nibble(at) : (values[at] as number);
    return (q - 2 ** (bits - 1)) * (scales[Math.floor(at / BLOCK)] as number);
  });
}

/** Weights `[n, k]` as blocks in a temporary file that is gone with the process, and what they stand for. */
export function quantisedFile(
  weights: Float32Array,
  k: number,
  bits: Bits,
): { ref: BlockRef; plain: Float32Array } {
  const blocks = quantise(weights, k, bits);
  if (!blocks) throw new Error('weights are not finite');
  const [values, scales] = inFile(blocks.values, blocks.scales) as [FileRange, FileRange];
  const shape = [weights.length / k, k] as const;
  const ref: BlockRef = { shape, bits, block: BLOCK, values, scales, products: 'int8' };
  return { ref, plain: dequantise(blocks, k, bits) };
}

/** Weights `[n, k]` as int8 rows in a temporary file, and the whole numbers and scales in it. */
export function rowsFile(
  weights: Float32Array,
  k: number,
  factors: Float32Array | null = null,
  digits: Digits = 1,
): { readonly ref: RowRef; readonly rows: QuantisedRows } {
  const rows = quantiseRows(weights, k, digits, factors);
  if (!rows) throw new Error('weights are not finite');
  const bytes = new Uint8Array(rows.values.buffer);
  const files = inFile(rows.scales, bytes, ...(factors ? [factors] : []));
  const [scales, values, own] = files as [FileRange, FileRange, FileRange | undefined];
  const shape = [weights.length / k, k] as const;
  const smoothing = own ? { smoothing: { factors: own, group: 'w' } } : {};
  return { ref: { shape, per: 'row', digits, values, scales, ...smoothing }, rows };
}

const made: string[] = [];

/** Arrays in one temporary file that is gone with the process. */
function inFile(...arrays: (Uint8Array | Float32Array | BigInt64Array)[]): FileRange[] {
  const dir = mkdtempSync(join(tmpdir(), 'fovea-blocks-'));
  if (made.length === 0)
    process.once('exit', () => made.forEach((one) => rmSync(one, { recursive: true, force: true })));
  made.push(dir);
  const file = join(dir, 'blocks.bin');
  const bytes = arrays.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength));
  writeFileSync(file, Buffer.concat(bytes));
  let offset = 0;
  return bytes.map(({ length }) => ({ file, offset: (offset += length) - length, length }));
}

/** Weights `[n, k]` of random 4-bit values with zero points, whose columns multiply the inputs in another order. */
export function zeroPointFile(
  n: number,
  k: number,
  block: number,
  random: () => number,
): { ref: BlockRef; plain: Float32Array } {
  const blocks = Math.ceil(k / block);
  const nibble = (): number => Math.floor(16 * random());
  const q = Uint8Array.from({ length: n * blocks * block }, nibble);
  const z = Uint8Array.from({ length: n * blocks }, nibble);
  const s = Float32Array.from({ length: n * blocks }, () => random() / 8);
  const order = Array.from({ length: k }, (_, i) => (7 * i + 3) % k);
  const perRow = Math.ceil(blocks / 2);
  const zeroBytes = new Uint8Array(n * perRow);
  for (const [i, zero] of z.entries()) {
    const [row, at] = [Math.floor(i / blocks), i % blocks];
    const byte = row * perRow + (at >> 1);
    zeroBytes[byte] = (zeroBytes[byte] as number) | (zero << (4 * (at & 1)));
  }
  const valueBytes = Uint8Array.from(
    { length: q.length / 2 },
    (_, i) => (q[2 * i] as number) | ((q[2 * i + 1] as number) << 4),
  );
  const files = inFile(valueBytes, s, zeroBytes, BigInt64Array.from(order, BigInt));
  const [values, scales, zeros, places] = files as [FileRange, FileRange, FileRange, FileRange];
  const plain = new Float32Array(n * k);
  for (let row = 0; row < n; row++) {
    for (const [column, feature] of order.entries()) {
      const at = row * blocks + Math.floor(column / block);
      const value = q[at * block + (column % block)] as number;
      plain[row * k + feature] = (value - (z[at] as number)) * (s[at] as number);
    }
  }
  const ref: BlockRef = {
    shape: [n, k],
    bits: 4,
    block,
    values,
    scales,
    zeros,
    order: places,
    products: 'float32',
  };
  return { ref, plain };
}

/** Weights `[n, k]` of random indices into a table of bitsandbytes, given as it is stated in a checkpoint of its. */
export function tableFile(
  [n, k]: readonly [number, number],
  name: TableRef['table'],
  table: readonly number[],
  random: () => number,
): { ref: TableRef; plain: Float32Array } {
  const block = 64;
  const q = Uint8Array.from({ length: n * k }, () => Math.floor(16 * random()));
  const s = Float32Array.from({ length: Math.ceil((n * k) / block) }, random);
  const bytes = Uint8Array.from(
    { length: q.length / 2 },
    (_, i) => ((q[2 * i] as number) << 4) | (q[2 * i + 1] as number),
  );
  const [values, scales] = inFile(bytes, s) as [FileRange, FileRange];
  const plain = Float32Array.from(
    q,
    (index, i) => (table[index] as number) * (s[Math.floor(i / block)] as number),
  );
  return { ref: { shape: [n, k], table: name, block, values, scales }, plain };
}
