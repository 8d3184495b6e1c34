/**
 * A recipe on trial: the thresholds and heads of the preset on screen, changed by dragging. Every dial says which number
 * it turns, over which range and in which words; what a dial gives is rounded, so that what is read is what is stored.
 */
import type { HeadSet, LabelParams, Preset, RoiParams } from '../../src-shared/contract/preset.ts';
import { QWEN_MIN_MAX } from '../../src-shared/kernels/labels/qwen.ts';
import { formatValue } from '../ui/words.ts';

/** What of a preset can be tried. */
export interface Recipe {
  readonly grounding: readonly HeadSet[];
  /** Heads that show which tokens are sinks; null: none are taken out. */
  readonly sink: readonly HeadSet[] | null;
  readonly labels: LabelParams;
  readonly roi: RoiParams;
}

export function recipeOf({ grounding, sink, labels, roi }: Preset): Recipe {
  return { grounding, sink, labels, roi };
}

/** A preset's recipe for a run's stored maps, whose boxes go by the rules of the run. */
export function recipeOn(preset: Preset, run: Preset): Recipe {
  const { rules: _, ...roi } = preset.roi;
  return recipeOf({ ...preset, roi: run.roi.rules ? { ...roi, rules: run.roi.rules } : roi });
}

/**
 * Why a preset cannot go on the dials over a run's stored maps; null when it can. Thresholds and heads are all that the
 * dials turn, so whatever else makes maps must be the same.
 */
export function whyNotLoadable(preset: Preset, run: Preset): string | null {
  const { family, labels, roi, rows, teacher, picture } = preset;
  if (family !== run.family) return `It is for another family of models (${family})`;
  if (labels.variant !== run.labels.variant || roi.variant !== run.roi.variant)
    return 'It makes labels by another rule';
  if (roi.rules !== undefined && roi.rules !== run.roi.rules)
    return 'It finds regions by Q-Zoom’s rules, unlike this run';
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
  if (rows !== run.rows || !same(teacher, run.teacher) || !same(picture, run.picture))
    return 'It makes maps differently: label with it on the Models page';
  const model = run.model ?? preset.model;
  const beyond = [...preset.grounding, ...(preset.sink ?? [])].some(
    ({ layer, heads }) =>
      model && (layer >= model.layers || (heads !== 'all' && heads.some((head) => head >= model.heads))),
  );
  return beyond ? 'It names heads that this model does not have' : null;
}

export type DialKey = 'sinkThresh' | 'binaryCoff' | 'bgCoff' | 'maxRatioLimit' | 'minMax' | 'roi';

export interface Dial {
  readonly key: DialKey;
  readonly words: string;
  /** What it does, for the tooltip. */
  readonly hint: string;
  readonly min: number;
  readonly max: number;
  /** `log`: positions are powers, and the lowest one is zero. */
  readonly scale: 'linear' | 'log';
  /** `share`: read and typed as a percentage; `number` as it is. */
  readonly unit: 'share' | 'number';
}

/** Positions of a dial's slider, 0 to this. */
export const STEPS = 400;

const SHARE = { min: 0, max: 1, scale: 'linear', unit: 'share' } as const;

/** Of the blurred maximum: the lowest a negative RoI threshold goes. */
const LEAST_SHARE = 1e-3;

/** The dials a preset has. */
export function dialsOf({ labels, roi }: Recipe): readonly Dial[] {
  const qwen: Dial[] = [
    {
      key: 'minMax',
      words: 'Minimum attention',
      hint: 'A sample whose strongest attention is below this is dropped',
      min: 1e-5,
      max: 0.5,
      scale: 'log',
      unit: 'number',
    },
  ];
  return [
    {
      key: 'sinkThresh',
      words: 'Sink threshold',
      hint: 'Tokens with at least this much attention in the sink map are removed',
      min: 1e-5,
      max: 1,
      scale: 'log',
      unit: 'number',
    },
    {
      key: 'binaryCoff',
      words: 'Foreground',
      hint: 'Foreground is above this share of the maximum',
      ...SHARE,
    },
    {
      key: 'bgCoff',
      words: 'Background',
      hint: 'Background is below this share of the maximum, outside the box',
      ...SHARE,
    },
    {
      key: 'maxRatioLimit',
      words: 'Area limit',
      hint: 'A sample whose box covers this share of the grid or more is dropped',
      ...SHARE,
    },
    ...(labels.variant === 'qwen' ? qwen : []),
    {
      key: 'roi',
      words: 'RoI threshold',
      hint:
        roi.threshold < 0
          ? 'Boxes are around what is above this share of the blurred maximum'
          : 'Boxes are around what is above this after blurring: share of the maximum, or RPN probability',
      ...SHARE,
      // Of a negative threshold zero would be the other rule.
      min: roi.threshold < 0 ? LEAST_SHARE : 0,
      unit: 'number',
    },
  ];
}

/** The number a dial turns. */
export function valueOf(recipe: Recipe, key: DialKey): number {
  if (key === 'roi') return Math.abs(recipe.roi.threshold);
  if (key === 'minMax') return recipe.labels.minMax ?? QWEN_MIN_MAX;
  return recipe.labels[key];
}

/** The recipe with one number changed. The sign of a RoI threshold, which means another rule, stays. */
export function withValue(recipe: Recipe, key: DialKey, value: number): Recipe {
  if (key !== 'roi') return { ...recipe, labels: { ...recipe.labels, [key]: value } };
  // A negative zero would be the other rule.
  const threshold = recipe.roi.threshold < 0 ? -Math.max(value, LEAST_SHARE) : value;
  return { ...recipe, roi: { ...recipe.roi, threshold } };
}

/** Where a value stands on its slider, 0 to {@link STEPS}. */
export function positionOf({ min, max, scale }: Dial, value: number): number {
  if (scale === 'linear') return Math.round(clamp((value - min) / (max - min)) * STEPS);
  return value < min ? 0 : Math.round(1 + clamp(Math.log(value / min) / Math.log(max / min)) * (STEPS - 1));
}

/** The value a slider's position stands for, to three digits. */
export function valueAt({ min, max, scale }: Dial, position: number): number {
  if (scale === 'linear') return round(min + (position / STEPS) * (max - min));
  return position <= 0 ? 0 : round(min * (max / min) ** ((position - 1) / (STEPS - 1)));
}

/** A dial's value as it is read, and can be typed again: `12.5%`, `0.00200`. */
export function dialText({ unit }: Pick<Dial, 'unit'>, value: number): string {
  return unit === 'share' ? `${Number((value * 100).toPrecision(3))}%` : formatValue(value);
}

/** From where to where a dial goes, in the words of its values. */
export function boundsWords(dial: Dial): string {
  const range = `${dialText(dial, dial.min)} to ${dialText(dial, dial.max)}`;
  return dial.scale === 'log' ? `0, or ${range}` : range;
}

/**
 * The value that a text means on a dial, to the three digits that are shown; or why it means none. A percent sign may
 * stand or be left out where shares are read as percentages; elsewhere it divides by 100.
 */
export function typedValue(dial: Dial, text: string): number | string {
  const match = /^\s*([-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[-+]?\d+)?)\s*(%?)\s*$/i.exec(text);
  if (!match) return `This is no number. ${dial.words}: ${boundsWords(dial)}`;
  const number = Number(match[1]!.replace(',', '.'));
  const value = round(match[2] === '%' || dial.unit === 'share' ? number / 100 : number);
  const off = dial.scale === 'log' && value === 0;
  if (off || (value >= dial.min && value <= dial.max)) return value;
  return `${dial.words}: ${boundsWords(dial)}`;
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}

/** Whether two recipes have the same thresholds. */
export function sameThresholds(a: Recipe, b: Recipe): boolean {
  const same = (x: object, y: object): boolean => {
    const [left, right] = [x, y] as Record<string, unknown>[];
    return [...new Set([...Object.keys(x), ...Object.keys(y)])].every((key) => left![key] === right![key]);
  };
  return same(a.labels, b.labels) && same(a.roi, b.roi);
}

/** Whether two sets hold the same heads. */
export function sameSets(a: readonly HeadSet[] | null, b: readonly HeadSet[] | null): boolean {
  const text = (sets: readonly HeadSet[] | null): string =>
    headList(sets ?? [])
      .sort()
      .join();
  return text(a) === text(b);
}

/** Whether two recipes average the same heads, for the map and for its sinks. */
export function sameHeads(a: Recipe, b: Recipe): boolean {
  return sameSets(a.grounding, b.grounding) && sameSets(a.sink, b.sink);
}

/** `14.3`, `14.all` … in the order given. */
function headList(sets: readonly HeadSet[]): string[] {
  return sets.flatMap(({ layer, heads }) =>
    heads === 'all' ? [`${layer}.all`] : heads.map((head) => `${layer}.${head}`),
  );
}

/** `layer 14: 13, 24, 26 · layer 16: all` */
export function headWords(sets: readonly HeadSet[] | null): string {
  if (!sets || sets.length === 0) return 'none';
  return sets
    .map(({ layer, heads }) => `layer ${layer}: ${heads === 'all' ? 'all' : heads.join(', ')}`)
    .join(' · ');
}

/** A preset's id from its name: `My heads, 2` → `my-heads-2`; empty when nothing of the name can be kept. */
export function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, 64);
}
