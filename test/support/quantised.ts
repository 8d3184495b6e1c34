/** Quantised blocks back to numbers, value by value as the format is defined, and blocks in a file for graphs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bits, Blocks } from '../../src-main/checkpoint/quantised/blocks.ts';
import { BLOCK, blocksOf, quantise } from '../../src-main/checkpoint/quantised/blocks.ts';
import type { QuantisedRef } from '../../src-main/graph/weights.ts';

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
): { ref: QuantisedRef; plain: Float32Array } {
  const blocks = quantise(weights, k, bits);
  if (!blocks) throw new Error('weights are not finite');
  const dir = mkdtempSync(join(tmpdir(), 'fovea-blocks-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'blocks.bin');
  const scales = new Uint8Array(blocks.scales.buffer);
  writeFileSync(file, Buffer.concat([blocks.values, scales]));
  const ref: QuantisedRef = {
    shape: [weights.length / k, k],
    bits,
    block: BLOCK,
    values: { file, offset: 0, length: blocks.values.length },
    scales: { file, offset: blocks.values.length, length: scales.length },
  };
  return { ref, plain: dequantise(blocks, k, bits) };
}
