/**
 * How layers are multiplied as whole numbers, from what was seen of them (graph/observed.ts): plain rows of 8 bits where they are
 * near enough, else inputs evened out between channels and weights (SmoothQuant, arXiv:2211.10438, eq. 4), else two digits.
 */
import type { LayerChoice, MeasuredLayer } from '../../checkpoint/quantised/index.ts';
import { observedName } from '../../graph/observed.ts';
import type { Output } from '../session.ts';

/**
 * The largest relative error of a layer's outputs. Evenly spread numbers come to 0.012; where it is above, a channel or a
 * row takes the range of all others.
 */
export const BEARABLE = 0.025;
/**
 * Numbers in a matrix from which on whole numbers are faster (one thread of a processor with VNNI, 640 rows: as fast at
 * 128 × 512, 1.6 times at 256 × 512, 2.4 times at 512 × 512): smaller ones stay float32.
 */
export const WORTH = 2 ** 17;
/**
 * How far off what comes out may be, in all. Labels: the share of foreground that changes (drift.ts). All others relative to
 * their own size: what attention gathers, the logits, the RPN's scores, the picture's features. By trial: on a random
 * checkpoint, whose maps are noise, a map off by 0.3% costs 3% of a label's overlap, and 2% is what labels may lose.
 */
export const ALLOWED = {
  labels: 0.002,
  gathered: 0.002,
  logits: 0.002,
  scores: 0.003,
  features: 0.001,
} as const;
/** What of it is allowed up to a layer: what independent layers add is a sum of squares, of which the tower has a quarter. */
export const allowedAfter = (layer: number, layers: number): number =>
  Math.sqrt(1 / 4 + (3 / 4) * ((layer + 1) / layers));
/** How much of a channel's size goes over to the weights; the paper takes 0.5, and 0.75 for models with large outliers. */
export const EXPONENTS = [0.5, 0.75] as const;

/** One layer of a graph that was run. */
export interface SeenLayer {
  readonly name: string;
  /** Largest sizes, `[K]`: of each input feature, and of the weights that it meets. */
  readonly inputs: Float32Array;
  readonly columns: Float32Array;
  /** Numbers in its matrix. */
  readonly size: number;
  /** Root of the mean over rows of |difference|² ÷ |output|²; infinite where something is not a number. */
  readonly error: number;
}

/** The layers of a run's outputs; pieces of one layer (`NAME[from:to]`) are put together. */
export function seenLayers(outputs: Readonly<Record<string, Output>>): SeenLayer[] {
  const prefix = observedName('inputs', '');
  const pieces = Map.groupBy(
    Object.keys(outputs).filter((name) => name.startsWith(prefix)),
    (name) => name.slice(prefix.length, name.lastIndexOf('[')),
  );
  return [...pieces].map(([name, labels]) => {
    const of = (what: Parameters<typeof observedName>[0]): Float32Array[] =>
      labels.map(
        (label) => outputs[observedName(what, label.slice(prefix.length))]?.data ?? new Float32Array(0),
      );
    const [inputs = new Float32Array(0)] = of('inputs');
    const columns = of('columns').reduce((a, b) => a.map((value, i) => Math.max(value, b[i] as number)));
    const rows = Math.max(...labels.map((label) => Number(/:(\d+)\]$/.exec(label)?.[1] ?? 0)));
    return {
      name,
      inputs,
      columns,
      size: rows * inputs.length,
      error: errorOf(summed(of('difference')), summed(of('size'))),
    };
  });
}

function summed(arrays: readonly Float32Array[]): Float64Array {
  const sum = new Float64Array(arrays[0]?.length ?? 0);
  for (const array of arrays)
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (array[i] as number);
  return sum;
}

/** A row of zeros has no error. */
function errorOf(differences: Float64Array, sizes: Float64Array): number {
  let sum = 0;
  for (const [i, size] of sizes.entries()) if (size !== 0) sum += (differences[i] as number) / size;
  const error = Math.sqrt(sum / Math.max(1, sizes.length));
  return Number.isFinite(error) ? error : Infinity;
}

/** Layers that read the same inputs: they have the same sizes to the bit. */
export function groupsOf(layers: readonly SeenLayer[]): SeenLayer[][] {
  const keyOf = ({ inputs }: SeenLayer): string =>
    Buffer.from(inputs.buffer, inputs.byteOffset, inputs.byteLength).toString('latin1');
  return [...Map.groupBy(layers, keyOf).values()];
}

/**
 * What a group's inputs are multiplied by, `[K]`: (weights' size)^(1−exponent) ÷ (inputs' size)^exponent, about 1 on
 * average; 1 where a channel or its weights are nothing.
 */
export function factorsOf(group: readonly SeenLayer[], exponent: number): Float32Array {
  const [{ inputs } = { inputs: new Float32Array(0) }] = group;
  const logs = Float64Array.from(inputs, (size, i) => {
    const columns = Math.max(...group.map((layer) => layer.columns[i] as number));
    return size > 0 && columns > 0 ? (1 - exponent) * Math.log(columns) - exponent * Math.log(size) : NaN;
  });
  const known = logs.filter((value) => Number.isFinite(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
  return Float32Array.from(logs, (value) => (Number.isFinite(value) ? Math.exp(value - mean) : 1));
}

/**
 * The choice for one layer by itself.
 * @param size numbers in its matrix
 * @param smoothed its error with its group's factors; null: they were not tried
 * @param worth see {@link WORTH}
 */
export function choiceOf(
  { plain, smoothed }: Pick<MeasuredLayer, 'plain' | 'smoothed'>,
  size: number,
  worth: number = WORTH,
): LayerChoice {
  if (size < worth) return 'small';
  if (plain === Number.MAX_VALUE) return 'inexact';
  if (smoothed !== null && smoothed < plain && smoothed <= BEARABLE) return 'smoothed';
  return plain <= BEARABLE ? 'rows' : 'digits';
}
