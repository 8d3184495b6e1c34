/** How an evaluation is told to people: names of methods and measures, numbers with their intervals. Page, report and command line share it. */
import type { ThroughputGroup } from '../benchmarks/throughput-groups.ts';
import type { GateSignal } from '../../kernels/gate/signals.ts';
import type { DifferenceFound, EstimateFound, Gate, Method, MEANS, SliceBy } from '../evaluation.ts';

/** What a method is called in a table, and what it does. */
export const METHOD_WORDS: Readonly<Record<Method, { readonly name: string; readonly does: string }>> = {
  alone: { name: 'Alone', does: 'The whole picture, once' },
  raw: { name: 'Raw attention', does: 'Crop of the box of raw attention' },
  relative: {
    name: 'Relative attention',
    does: 'Crop of the box of attention divided by that of a generic prompt',
  },
  denoised: { name: 'Denoised', does: 'Crop of the box of denoised attention' },
  rpn: { name: 'RPN', does: 'Crop of the box that the RPN predicts' },
  proposal: { name: 'Outside proposal', does: 'Crop of the boxes that somebody else proposed' },
  truth: { name: 'Truth box', does: 'Crop of the boxes that came with the data' },
  vicrop: { name: 'ViCrop', does: 'Relative attention, and the window that holds most of it' },
  s2: { name: 'S²', does: 'Two scales of the picture, their features combined' },
  scaled: { name: 'More tokens', does: 'The whole picture at a higher resolution' },
  warp: { name: 'Warp', does: 'The picture stretched where attention lies' },
  packed: { name: 'Packed regions', does: 'Several regions packed into one crop' },
  random: { name: 'Random crop', does: 'A crop that looks at nothing' },
  centre: { name: 'Centre crop', does: 'The middle of the picture' },
  saliency: { name: 'Saliency', does: 'Crop of what stands out, whatever was asked' },
};

export const MEAN_WORDS: Readonly<
  Record<(typeof MEANS)[number], { readonly name: string; readonly does: string }>
> = {
  auc: { name: 'AUC', does: 'Chance that a true token scores above another' },
  pointing: { name: 'Pointing game', does: 'How often the largest value lies on a true token' },
  coverage: { name: 'Coverage', does: 'Share of the map’s sum on true tokens' },
  recall: { name: 'Recall at 10%', does: 'Share of the true tokens among the tenth that scores highest' },
  iou: { name: 'Box IoU', does: 'Overlap of the crop and the true box' },
  inside: { name: 'Inside the crop', does: 'Share of the true region that the crop shows' },
  area: { name: 'Crop area', does: 'Part of the picture that the crop takes' },
};

/** What a gate goes by, and what that says. */
export const SIGNAL_WORDS: Readonly<Record<GateSignal, { readonly name: string; readonly does: string }>> = {
  sure: { name: 'Answer', does: 'One minus the mean probability of the first answer’s tokens' },
  weakest: {
    name: 'Weakest token',
    does: 'One minus the probability of the first answer’s least likely token',
  },
  peak: { name: 'RPN’s peak', does: 'The largest probability that the RPN gives to a place' },
  trained: { name: 'Trained gate', does: 'What the checkpoint’s own gate says' },
};

/** `no crop below 0.125`; or that every crop, or none, is best. */
export function gateWords({ threshold }: Pick<Gate, 'threshold'>): string {
  if (threshold === null) return 'never crop';
  return threshold === 0 ? 'always crop' : `no crop below ${Number(threshold.toPrecision(3))}`;
}

/** Whose gates a plot shows: the RPN's, else the first method's. */
export function gatePlotMethod(gates: readonly Pick<Gate, 'method'>[]): Method | null {
  return (gates.find(({ method }) => method === 'rpn') ?? gates[0])?.method ?? null;
}

export const SLICE_WORDS: Readonly<Record<SliceBy, string>> = {
  language: 'Language',
  size: 'Size of the region',
  place: 'Place of the region',
  dataset: 'Benchmark',
  tag: 'Tag',
  length: 'Length of the answer',
};

export const GROUP_WORDS: Readonly<Record<ThroughputGroup, string>> = {
  documents: 'documents together',
  'high-resolution': 'high resolution together',
};

/** A budget of visual tokens in a table or a plot. */
export function budgetName(tokens: number | null): string {
  return tokens === null ? 'Its own' : String(tokens);
}

/** Of a slice's value; empty: none given. */
export function sliceWords(value: string): string {
  return value === '' ? 'None given' : value;
}

/** `54.2%` */
export function share(value: number): string {
  return `${(100 * value).toFixed(1)}%`;
}

/** `0.874` */
export function mean(value: number): string {
  return value.toFixed(3);
}

/** `+4.2` percentage points, with a real minus. */
export function points(value: number): string {
  return `${sign(value)}${(100 * Math.abs(value)).toFixed(1)}`;
}

/** `+0.031`, with a real minus. */
export function signedMean(value: number): string {
  return `${sign(value)}${Math.abs(value).toFixed(3)}`;
}

function sign(value: number): string {
  return value < 0 ? '−' : '+';
}

/** `54.2% (48.6–59.7)` */
export function shareInterval({ value, low, high }: EstimateFound): string {
  return `${share(value)} (${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)})`;
}

/** `0.874 (0.851–0.893)` */
export function meanInterval({ value, low, high }: EstimateFound): string {
  return `${mean(value)} (${mean(low)}–${mean(high)})`;
}

/** `p < 0.001`, `p = 0.034` */
export function chance(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
}

/** Whether a difference is more than luck, all comparisons of its table taken together. */
export function isDifferent({ adjusted }: DifferenceFound): boolean {
  return adjusted !== null && adjusted < 0.05;
}
