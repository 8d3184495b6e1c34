/** What a label is made of. */
import { BG, FG } from '../../src-shared/kernels/types.ts';

/** Shares of the grid, 0 to 1. */
export interface LabelCounts {
  readonly fg: number;
  readonly bg: number;
  readonly ignore: number;
}

/** Of a label `[H*W]`, as values or as the bytes it travels in. */
export function labelCounts(label: Int8Array | Uint8Array): LabelCounts {
  let fg = 0;
  let bg = 0;
  for (const value of label) {
    if (value === FG) fg++;
    else if (value === BG) bg++;
  }
  const cells = Math.max(1, label.length);
  return { fg: fg / cells, bg: bg / cells, ignore: (label.length - fg - bg) / cells };
}
