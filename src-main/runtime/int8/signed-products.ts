/**
 * Whether this processor's products of uint8 and int8 are exact: found out by having it make the largest there are. Some
 * (x86 without VNNI) add pairs of them in 16 bits and cut off what does not fit, without a word; taken as uint8 both,
 * the same products are exact there too, and slower.
 */
import { GraphBuilder } from '../../graph/builder.ts';
import type { SessionSettings } from '../device.ts';
import { Session } from '../session.ts';

const K = 64;
const N = 32;
/** More than one kernel serves few rows and many. */
const ROWS = [1, 8] as const;
const LARGEST = 255;
const HIGHEST = 127;

export async function hasSignedProducts(settings: SessionSettings): Promise<boolean> {
  const b = new GraphBuilder('signed products');
  const x = b.cast(b.input('x', 'float32', ['M', K]), 'uint8');
  const weights = b.cast(b.floats([K, N], new Float32Array(K * N).fill(HIGHEST)), 'int8');
  const scales = [b.scalar(1), b.floats([N], new Float32Array(N).fill(1))];
  b.output('y', b.emit('MatMulIntegerToFloat', [x, weights, ...scales, b.byte(0)]));
  const session = await Session.open(b.finish(), settings);
  try {
    for (const rows of ROWS) {
      const { y } = await session.run({ x: [new Float32Array(rows * K).fill(LARGEST), [rows, K]] });
      if (!y?.data.every((value) => value === LARGEST * HIGHEST * K)) return false;
    }
    return true;
  } finally {
    await session.release();
  }
}
