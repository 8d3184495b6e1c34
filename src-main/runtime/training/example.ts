/** One sample as training takes it, checked before anything is computed from it. */
import type { ModelFacts } from '../../../models/architectures/index.ts';
import { counted } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Grid, Labels } from '../../../src-shared/kernels/types.ts';
import { BG, FG, IGNORE } from '../../../src-shared/kernels/types.ts';
import { bilinearCorners } from '../../graph/gradient/resize.ts';
import { branchFeeds } from '../feeds.ts';
import type { Feed } from '../session.ts';

export interface BranchExample {
  /** hidden_states[K] of the whole prompt, `[length, d]`; its last row is the last prompt token, the query. */
  readonly hidden: Float32Array;
  readonly length: number;
  /** Rows of the visual tokens, row-major over `grid`; `to` is exclusive. */
  readonly visual: readonly [from: number, to: number];
  readonly grid: Grid;
  /** Row-major over `labelGrid`. */
  readonly labels: Labels;
  readonly labelGrid: Grid;
  /** What its loss counts in the batch's mean: 1 for a sample like any other. */
  readonly weight: number;
}

/** The RMS norm adds up squares in float32; beyond its range it would make 0 of a row, and a wrong loss of that. */
const LARGEST_STATE = 1e15;

/** Whether labels lie on the grid of the features. */
export const onOwnGrid = ({ grid, labelGrid }: BranchExample): boolean =>
  grid[0] === labelGrid[0] && grid[1] === labelGrid[1];

/**
 * @throws FoveaError `bad_input` saying what of the sample cannot be trained on: lengths that do not fit together,
 *   states that are not finite, no labelled cell, a weight below 0.
 */
export function checkExample(example: BranchExample, hiddenSize: number): void {
  checkStates(example, hiddenSize);
  const { labels, labelGrid, weight } = example;
  const cells = labelGrid[0] * labelGrid[1];
  if (labels.length !== cells || cells === 0) {
    throw refused(
      `its label has ${counted(labels.length, 'cell')} where its grid has ${labelGrid.join('×')}`,
    );
  }
  if (labels.some((label) => label !== FG && label !== BG && label !== IGNORE)) {
    throw refused('its label holds something else than 1, 0 and −100');
  }
  if (labels.every((label) => label === IGNORE)) throw refused('every cell of its label is ignored');
  if (!(weight >= 0 && weight < Infinity)) throw refused(`its weight is ${weight}`);
}

/** As {@link checkExample}, of what scores are computed from. */
export function checkStates({ hidden, length, visual, grid }: BranchExample, hiddenSize: number): void {
  const [from, to] = visual;
  if (length < 1 || hidden.length !== length * hiddenSize) {
    throw refused(`its states are ${hidden.length} numbers where ${length}×${hiddenSize} belong`);
  }
  if (!(from >= 0 && from < to && to <= length) || to - from !== grid[0] * grid[1]) {
    throw refused(`rows ${from}–${to} of ${length} are not the visual tokens of a ${grid.join('×')} grid`);
  }
  const bad = hidden.findIndex((value) => !(Math.abs(value) <= LARGEST_STATE));
  if (bad >= 0) {
    const value = hidden[bad] as number;
    const what = Number.isFinite(value) ? 'too large to be squared' : 'not a finite number';
    throw refused(`its state at row ${Math.floor(bad / hiddenSize)} is ${value}, ${what}`);
  }
}

function refused(why: string): FoveaError {
  return new FoveaError('bad_input', `the sample cannot be trained on: ${why}`, {
    next: 'Reject the sample or correct its label, then begin a new training run',
  });
}

/** Inputs of the branch for this sample. */
export function exampleFeeds(
  facts: ModelFacts,
  { hidden, length, visual, grid }: BranchExample,
): Record<string, Feed> {
  return branchFeeds(facts, hidden, [length - 1, length], visual, grid);
}

/** Inputs of the loss. */
export function lossFeeds(example: BranchExample): Record<string, Feed> {
  const { labels, grid, labelGrid, weight } = example;
  // The losses leave out the same value.
  const values = Float32Array.from(labels);
  const feeds: Record<string, Feed> = {
    labels: [values, [values.length, 1]],
    weight: [Float32Array.of(weight), []],
  };
  if (onOwnGrid(example)) return feeds;
  const { cells, shares } = bilinearCorners(grid, labelGrid);
  return {
    ...feeds,
    cells: [cells, [values.length, 4]],
    shares: [Float32Array.from(shares), [values.length, 4]],
  };
}
