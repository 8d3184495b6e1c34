/** What the Evaluate page shows, in words and places. */
import type {
  Evaluation,
  EvaluationTable,
  Gate,
  MethodNumbers,
  SliceBy,
} from '../../src-shared/contract/evaluation.ts';
import { SLICES } from '../../src-shared/contract/evaluation.ts';
import { MOST } from '../../src-shared/contract/limits.ts';
import { counted, formatCount } from '../ui/words.ts';

/** How far an evaluation is: `12 of 40 samples`; null: it is whole. */
export function progressWords({ samples, done, job }: Evaluation): string | null {
  if (job?.state === 'running') return `${formatCount(done)} of ${counted(samples, 'sample')}`;
  if (job?.state === 'queued') return `Waiting, ${formatCount(done)} of ${counted(samples, 'sample')}`;
  if (done >= samples && job?.state !== 'cancelled' && job?.state !== 'failed') return null;
  return `Stopped at ${formatCount(done)} of ${counted(samples, 'sample')}`;
}

/**
 * Budgets of visual tokens as somebody writes them, with commas or spaces, the smallest first; nothing written: the checkpoint's own.
 * @returns null: that is no list of them
 */
export function budgetsOf(written: string): (number | null)[] | null {
  const words = written.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 0) return [null];
  const budgets = [...new Set(words.map((word) => (/^\d{1,6}$/.test(word) ? Number(word) : 0)))];
  const fits = budgets.every((tokens) => tokens >= 1 && tokens <= MOST.visualTokens);
  return fits && budgets.length <= MOST.budgets ? budgets.sort((a, b) => a - b) : null;
}

export function isLive({ job }: Evaluation): boolean {
  return job?.state === 'running' || job?.state === 'queued';
}

/** Kinds of slices that tell the samples of a table apart. */
export function slicesShown({ slices }: EvaluationTable): SliceBy[] {
  return SLICES.filter((by) => slices.filter((slice) => slice.by === by).length > 1);
}

/** A method's place in the plot of accuracy and speed, in units of the plot from its lower left corner. */
export interface PlotPoint {
  readonly method: MethodNumbers['method'];
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

/**
 * @param wall speed by the clock; else of generate time
 * @returns points between 0 and 1 both ways, and what the far ends stand for; null: there are not two to be seen
 */
export function plotOf(
  methods: readonly MethodNumbers[],
  wall: boolean,
): {
  readonly points: readonly PlotPoint[];
  readonly fastest: number;
  readonly from: number;
  readonly to: number;
} | null {
  const known = methods.flatMap(({ method, accuracy, throughput }) => {
    const relative = wall ? throughput?.wallRelative : throughput?.relative;
    return accuracy && relative ? [{ method, accuracy, relative }] : [];
  });
  if (known.length < 2) return null;
  const fastest = Math.max(1, ...known.map(({ relative }) => relative)) * 1.1;
  const from = Math.max(0, Math.min(...known.map(({ accuracy }) => accuracy.low)) - 0.05);
  const to = Math.min(1, Math.max(...known.map(({ accuracy }) => accuracy.high)) + 0.05);
  const up = (value: number): number => (value - from) / Math.max(1e-9, to - from);
  return {
    points: known.map(({ method, accuracy: { value, low, high }, relative }) => ({
      method,
      x: relative / fastest,
      y: up(value),
      low: up(low),
      high: up(high),
    })),
    fastest,
    from,
    to,
  };
}

/** What a gate's curve looks like, in units of the plot from its lower left corner. */
export interface GateLine {
  readonly signal: Gate['signal'];
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Lines of one method's gates: share cropped to the right, right answers up; null without any. */
export function gatePlotOf(
  gates: readonly Gate[],
  method: Gate['method'] | null,
): { readonly lines: readonly GateLine[]; readonly from: number; readonly to: number } | null {
  const shown = gates.filter((gate) => gate.method === method);
  if (shown.length === 0) return null;
  const scores = shown.flatMap(({ curve }) => curve.map(({ score }) => score));
  const from = Math.max(0, Math.min(...scores) - 0.02);
  const to = Math.min(1, Math.max(...scores) + 0.02);
  const up = (score: number): number => (score - from) / Math.max(1e-9, to - from);
  return {
    lines: shown.map(({ signal, curve }) => ({
      signal,
      points: curve.map(({ crops, score }) => [crops, up(score)] as const),
    })),
    from,
    to,
  };
}
