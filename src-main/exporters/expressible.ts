/**
 * Maps from which the authors' trainer re-derives a reviewed label (METHOD §7). The trainer reads no labels: it runs
 * METHOD §2 with its own constants over the maps in the file. The original maps are used when they do it; otherwise
 * maps are made up that do, and what they lead to is checked with the kernels before anything is written.
 */
import { labelLlava } from '../../src-shared/kernels/labels/llava.ts';
import { labelQwen, QWEN_MIN_MAX } from '../../src-shared/kernels/labels/qwen.ts';
import { paddingMask } from '../../src-shared/kernels/labels/padding.ts';
import { BG, FG, IGNORE } from '../../src-shared/kernels/types.ts';
import type { Grid, Labels } from '../../src-shared/kernels/types.ts';

/** The trainers' own constants; a preset's thresholds do not reach them. METHOD §1, §2. */
const LLAVA_TRAINER = { sinkThresh: 1e-3, binaryCoff: 0.2, bgCoff: 0.1, maxRatioLimit: 0.5 };
const QWEN_TRAINER = { ...LLAVA_TRAINER, sinkThresh: 1e-2, useSmoothing: false, minMax: QWEN_MIN_MAX };

/** METHOD §7: above, between and below the trainer's two thresholds. */
const SYNTHETIC = new Map<number, number>([
  [FG, 1],
  [IGNORE, 0.15],
  [BG, 0],
]);

export interface ExpressInput {
  readonly variant: 'llava' | 'qwen';
  readonly grid: Grid;
  /** Source [width, height]; the Qwen trainer squares the picture. */
  readonly imageSize: readonly [width: number, height: number];
  readonly label: Labels;
  readonly grounding: Float32Array | null;
  readonly sink: Float32Array | null;
}

/** Maps to write, and the cells that come back changed, by kind. */
export interface Expressed {
  readonly grounding: Float32Array;
  readonly sink: Float32Array;
  readonly origin: 'original' | 'synthetic';
  readonly changes: Readonly<Record<string, number>>;
}

/** Why no maps can say a label. */
export interface Inexpressible {
  readonly reason: string;
}

/** Maps for `label`, or the reason there are none. A label is never changed except as counted in `changes`. */
export function express(input: ExpressInput): Expressed | Inexpressible {
  const { grid, label, variant } = input;
  if (variant === 'qwen' && grid[0] !== grid[1]) return { reason: 'not_expressible_grid_not_square' };
  const zeros = new Float32Array(label.length);
  if (input.grounding && sameLabels(derive(input, input.grounding, input.sink ?? zeros), label)) {
    return { grounding: input.grounding, sink: input.sink ?? zeros, origin: 'original', changes: {} };
  }

  const padding = variant === 'qwen' ? paddingMask(input.imageSize, grid) : null;
  const refusal = refuse(label, padding);
  if (refusal) return { reason: refusal };
  const grounding = Float32Array.from(label, (value) => SYNTHETIC.get(value) ?? 0);
  const derived = derive(input, grounding, zeros);
  // There is foreground and the maximum is 1, so only the area rule is left to drop it.
  if (!derived.includes(FG)) return { reason: 'not_expressible_box_half_of_grid' };
  const changes: Record<string, number> = {};
  for (let i = 0; i < label.length; i++) {
    if (derived[i] === label[i]) continue;
    const kind = changeKind(label[i]!, derived[i]!, padding?.[i] === 1);
    if (!kind) return { reason: 'not_expressible_rederives_differently' };
    changes[kind] = (changes[kind] ?? 0) + 1;
  }
  return { grounding, sink: zeros, origin: 'synthetic', changes };
}

function refuse(label: Labels, padding: Uint8Array | null): string | null {
  if (!label.includes(FG)) {
    return label.includes(IGNORE) ? 'not_expressible_ignore_without_fg' : 'not_expressible_all_bg';
  }
  if (padding && label.some((value, i) => value === FG && padding[i] === 1)) {
    return 'not_expressible_fg_on_padding';
  }
  return null;
}

/** The changes METHOD §7 allows. */
function changeKind(from: number, to: number, onPadding: boolean): string | null {
  if (from === BG && to === IGNORE) return 'bg_inside_box_to_ignore';
  if (from === IGNORE && to === BG && onPadding) return 'ignore_on_padding_to_bg';
  return null;
}

function derive(input: ExpressInput, grounding: Float32Array, sink: Float32Array): Labels {
  return input.variant === 'llava'
    ? labelLlava(grounding, sink, input.grid, LLAVA_TRAINER).labels
    : labelQwen(grounding, sink, input.grid, input.imageSize, QWEN_TRAINER).labels;
}

function sameLabels(a: Labels, b: Labels): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
