/**
 * How groups of inputs become blocks along a row. A block of `MatMulNBits` has one scale and 16 to 256 elements, so a
 * group is one or more whole blocks. Groups whose inputs do not follow each other (GPTQ's `desc_act`) are gathered: the
 * columns are put in the order of their groups, and the layer takes its inputs in that order.
 */
import type { GroupTensor, TableTensor } from './types.ts';

/** The blocks that ONNX Runtime's kernels know, largest first. */
export const BLOCKS = [256, 128, 64, 32, 16] as const;
/** For one group over the whole row, where any block would do. */
const USUAL = 128;

export interface GroupLayout {
  readonly block: number;
  /** The group of each block of a row. */
  readonly groupOf: readonly number[];
  /** The input that each column multiplies; null: column i multiplies input i. */
  readonly order: Int32Array | null;
}

/**
 * @param stated the group of each input, or null where they follow each other
 * @returns null when no block fits the groups, or a group does not exist
 */
export function layOutGroups(
  { shape: [, k], group }: Pick<GroupTensor, 'shape' | 'group'>,
  stated: Int32Array | null,
): GroupLayout | null {
  const groups = Math.ceil(k / group);
  const counts = new Array<number>(groups).fill(0);
  let inOrder = true;
  for (let i = 0; i < k; i++) {
    const own = stated ? (stated[i] as number) : Math.floor(i / group);
    if (own < 0 || own >= groups) return null;
    if (i > 0 && stated && own < (stated[i - 1] as number)) inOrder = false;
    counts[own] = (counts[own] as number) + 1;
  }
  const filled = [...counts.entries()].filter(([, count]) => count > 0);
  const block = blockFor(filled.map(([, count]) => count));
  if (block === null) return null;
  const groupOf = filled.flatMap(([own, count]) => new Array<number>(Math.ceil(count / block)).fill(own));
  return { block, groupOf, order: stated && !inOrder ? orderOf(stated, counts) : null };
}

/** All groups but the last are whole blocks. */
function blockFor(counts: readonly number[]): number | null {
  const whole = counts.slice(0, -1);
  if (whole.length === 0) return BLOCKS.find((block) => block <= Math.min(counts[0] ?? 0, USUAL)) ?? 16;
  return BLOCKS.find((block) => whole.every((count) => count % block === 0)) ?? null;
}

/** Inputs by group, in their own order within one. */
function orderOf(stated: Int32Array, counts: readonly number[]): Int32Array {
  let start = 0;
  const next = counts.map((count) => (start += count) - count);
  const order = new Int32Array(stated.length);
  for (const [input, group] of stated.entries()) {
    const at = next[group] as number;
    order[at] = input;
    next[group] = at + 1;
  }
  return order;
}

/** The block that a table's scales are given for; a larger one's scale serves several. Null: no block fits. */
export function tableBlock({ block }: Pick<TableTensor, 'block'>): number | null {
  return BLOCKS.find((known) => block === known || (known === BLOCKS[0] && block % known === 0)) ?? null;
}
