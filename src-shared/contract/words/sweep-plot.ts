/** Where the points of a sweep stand in its plot: right answers against samples a second, a curve for each method. Page and report share it. */
import type { Method, SweepPoint } from '../evaluation.ts';
import { budgetName } from './evaluation.ts';

/** The authors' throughput is of generate time only; the other is by the clock. */
export type ThroughputBy = 'generate' | 'clock';

export interface CurvePoint {
  /** The budget in words. */
  readonly name: string;
  /** From the lower left corner, 0 to 1. */
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

export interface SweepPlot {
  readonly curves: readonly {
    readonly method: Method;
    /** Dashes of its line, as SVG takes them; empty: none. */
    readonly dashes: string;
    readonly points: readonly CurvePoint[];
  }[];
  /** Samples a second along the lower edge. */
  readonly speeds: readonly { readonly x: number; readonly words: string }[];
  /** Shares of right answers at the lower and the upper edge. */
  readonly from: number;
  readonly to: number;
}

const DASHES = ['', '7 4', '2 3', '9 3 2 3', '4 2', '1 4', '12 4', '6 2 1 2'];
/** Room beyond the fastest point. */
const BEYOND = 1.15;
const MARGIN = 0.05;
const TICKS = 5;

/** Null: no method was measured at two budgets. */
export function sweepPlot(sweep: readonly SweepPoint[], by: ThroughputBy): SweepPlot | null {
  const known = sweep.flatMap(({ evaluation, methods }) =>
    methods.flatMap(({ method, accuracy, throughput }) => {
      const speed = by === 'generate' ? throughput?.perSecond : throughput?.wallPerSecond;
      if (!accuracy || !speed) return [];
      return [{ method, accuracy, speed, name: budgetName(evaluation.settings.tokens) }];
    }),
  );
  const methods = [...new Set(known.map(({ method }) => method))];
  const own = (method: Method) => known.filter((point) => point.method === method);
  if (!methods.some((method) => own(method).length > 1)) return null;
  const fastest = BEYOND * Math.max(...known.map(({ speed }) => speed));
  const from = Math.max(0, Math.min(...known.map(({ accuracy }) => accuracy.low)) - MARGIN);
  const to = Math.min(1, Math.max(...known.map(({ accuracy }) => accuracy.high)) + MARGIN);
  const up = (value: number): number => (value - from) / Math.max(1e-9, to - from);
  const step = roundStep(fastest / TICKS);
  return {
    curves: methods.map((method, i) => ({
      method,
      dashes: DASHES[i % DASHES.length]!,
      points: own(method).map(({ name, speed, accuracy: { value, low, high } }) => ({
        name,
        x: speed / fastest,
        y: up(value),
        low: up(low),
        high: up(high),
      })),
    })),
    speeds: Array.from({ length: Math.floor(fastest / step) + 1 }, (_, i) => ({
      x: (i * step) / fastest,
      words: String(Number((i * step).toPrecision(6))),
    })),
    from,
    to,
  };
}

/** The 1, 2 or 5 times a power of ten that is not below. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((times) => times * power).find((step) => step >= least * (1 - 1e-9))!;
}
