/** One comparison of the two sides, and how it is printed. */
import type { Precision } from '../../../src-shared/contract/models.ts';
import { maxDifference } from '../../support/numbers.ts';
import type { Reference, Sample } from './labellers.ts';
import type { Ran } from './measure.ts';

export interface Compared {
  /** Fovea's weights, what the original computes in, and samples that Fovea was asked at once. */
  readonly precision: Precision;
  readonly reference: Reference;
  readonly inFlight: number;
  readonly mode: Sample['mode'];
  /** On one picture. */
  readonly questions: number;
  readonly tokens: number;
}

export interface Cell extends Compared {
  /** Samples per second. */
  readonly fovea: number;
  readonly original: number;
  readonly speed: number;
  /** As `speed`, in processor time: what else runs on the machine weighs less. */
  readonly processor: number;
  readonly foveaPeakMB: number;
  readonly originalPeakMB: number;
  readonly memory: number;
  /** Largest difference of the grounding maps ÷ largest value; null where the answer gives no rows. */
  readonly mapError: number | null;
  readonly sameAnswers: boolean;
}

/** @param theirs of the first of the samples that Fovea labelled */
export function cellOf(what: Compared, ours: Ran, theirs: Ran): Cell {
  let [mapError, same]: [number | null, boolean] = [null, true];
  for (const [i, b] of theirs.labelled.entries()) {
    const a = ours.labelled[i];
    same &&= a?.tokens.length === what.tokens && a.tokens.join() === b.tokens.join();
    if (!a?.map || !b.map) continue;
    mapError = Math.max(mapError ?? 0, maxDifference(a.map, b.map) / Math.max(...Array.from(b.map)));
  }
  return {
    ...what,
    fovea: 1 / ours.seconds,
    original: 1 / theirs.seconds,
    speed: theirs.seconds / ours.seconds,
    processor: theirs.processor / ours.processor,
    foveaPeakMB: ours.peakBytes / 1e6,
    originalPeakMB: theirs.peakBytes / 1e6,
    memory: ours.peakBytes / theirs.peakBytes,
    mapError,
    sameAnswers: same,
  };
}

export function describe(cell: Cell): string {
  const error = cell.mapError === null ? 'no rows' : cell.mapError.toExponential(0);
  return [
    cell.precision.padEnd(10),
    cell.reference.padEnd(5),
    String(cell.inFlight).padStart(6),
    `  ${cell.mode.padEnd(8)}`,
    String(cell.tokens).padStart(6),
    String(cell.questions).padStart(10),
    (1 / cell.fovea).toFixed(2).padStart(9),
    (1 / cell.original).toFixed(2).padStart(9),
    `${cell.speed.toFixed(2)}×`.padStart(8),
    `${cell.processor.toFixed(2)}×`.padStart(11),
    `${(cell.foveaPeakMB / 1000).toFixed(2)} / ${(cell.originalPeakMB / 1000).toFixed(2)}`.padStart(14),
    `${cell.memory.toFixed(2)}×`.padStart(8),
    (cell.sameAnswers ? 'same' : 'DIFFER').padStart(8),
    error.padStart(9),
  ].join('');
}

export function table(cells: readonly Cell[]): string {
  const head =
    'precision against flight mode  tokens questions  Fovea s theirs s   speed  processor  peak GB F/th  memory answers map error';
  return [head, ...cells.map(describe)].join('\n');
}
