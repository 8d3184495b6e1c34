/** How far reviewers agree on the samples that two or more of them decided: kappas of decisions and cells, boxes' IoU. */
import type { Agreed, Agreement } from '../../../src-shared/contract/procedures/people.ts';
import {
  cohenKappa,
  type Estimate,
  fleissKappa,
  meanShare,
  pairsAgreeing,
  type RatedUnit,
} from '../../../src-shared/kernels/measures/kappa.ts';
import { iou } from '../../../src-shared/kernels/measures/metrics.ts';
import { tightBox } from '../../../src-shared/kernels/roi/fg-box.ts';
import { FG, BG, type Grid, type SourceXyxy } from '../../../src-shared/kernels/types.ts';
import { bytesToLabels } from '../bytes.ts';
import { type ReadableDb, read } from '../db.ts';
import { sharedWords, type Word } from './words.ts';

const DECISIONS = ['accept', 'correct', 'reject'] as const;
/** Foreground, background, ignored. */
const CELLS = 3;

/** A word, its label as categories of cells and its box on the grid; null where it has none. */
interface Read {
  readonly reviewer: string;
  readonly decision: number;
  readonly grid: Grid | null;
  readonly cells: Uint8Array | null;
  readonly box: SourceXyxy | null;
}

interface Pair {
  readonly decisions: number[][];
  readonly cells: number[][];
  readonly ious: number[];
}

/** Units of Fleiss' kappa, of samples with the same number of reviewers. */
interface Group {
  readonly decisions: RatedUnit[];
  readonly cells: RatedUnit[];
  readonly ious: number[];
}

/** Each reviewer's last word on what was dealt to them. @param deal the round; null: all, ended ones too */
export function agreementOf(db: ReadableDb, deal: number | null = null): Agreement {
  const pairs = new Map<string, Pair>();
  const groups = new Map<number, Group>();
  for (const words of sharedWords(db, deal)) {
    const found = words.map((word) => readWord(db, word));
    const group = groups.get(found.length) ?? { decisions: [], cells: [], ious: [] };
    groups.set(found.length, group);
    addToGroup(group, found);
    for (const [a, b] of everyTwo(found)) {
      const key = JSON.stringify([a.reviewer, b.reviewer]);
      const pair = pairs.get(key) ?? { decisions: [], cells: [], ious: [] };
      pairs.set(key, pair);
      pair.decisions.push(confusion([a.decision], [b.decision], DECISIONS.length));
      if (sameGrid(a, b)) pair.cells.push(confusion(a.cells!, b.cells!, CELLS));
      const overlap = boxIou(a, b);
      if (overlap !== null) {
        pair.ious.push(overlap);
        group.ious.push(overlap);
      }
    }
  }
  return {
    pairs: [...pairs]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, pair]) => ({
        reviewers: JSON.parse(key) as [string, string],
        ...agreed(cohenKappa(pair.decisions, DECISIONS.length), cohenKappa(pair.cells, CELLS), pair),
      })),
    all: overAll(groups),
  };
}

function overAll(groups: ReadonlyMap<number, Group>): Agreement['all'] {
  const samples = [...groups.values()].reduce((sum, { decisions }) => sum + decisions.length, 0);
  const largest = [...groups].sort(([m, a], [n, b]) => b.decisions.length - a.decisions.length || n - m)[0];
  if (!largest) return null;
  const [overlap, group] = largest;
  return {
    overlap,
    leftOut: samples - group.decisions.length,
    ...agreed(fleissKappa(group.decisions, overlap), fleissKappa(group.cells, overlap), group),
  };
}

function agreed(
  decisions: Estimate | null,
  cells: Estimate | null,
  { decisions: units, cells: labels, ious }: Pair | Group,
): Agreed {
  return {
    samples: units.length,
    decisions: decisions ?? NOTHING,
    cells: cells ?? NOTHING,
    labelled: labels.length,
    boxIou: meanShare(ious) ?? NOTHING,
    boxes: ious.length,
  };
}

const NOTHING = { value: null, low: null, high: null } as const;

function addToGroup(group: Group, found: readonly Read[]): void {
  const counts = new Array<number>(DECISIONS.length).fill(0);
  for (const { decision } of found) counts[decision]!++;
  group.decisions.push({ items: 1, agreement: pairsAgreeing(counts), counts });
  const [first] = found;
  if (!first || !found.every((one) => sameGrid(first, one))) return;
  const all = new Array<number>(CELLS).fill(0);
  let agreement = 0;
  for (let at = 0; at < first.cells!.length; at++) {
    const cell = new Array<number>(CELLS).fill(0);
    for (const { cells } of found) cell[cells![at]!]!++;
    agreement += pairsAgreeing(cell);
    for (let j = 0; j < CELLS; j++) all[j]! += cell[j]!;
  }
  group.cells.push({ items: first.cells!.length, agreement, counts: all });
}

function readWord(db: ReadableDb, { reviewer, decision, label, predictionId }: Word): Read {
  const place = { reviewer, decision: DECISIONS.indexOf(decision) };
  const grid = label && predictionId !== null ? gridOf(db, predictionId) : null;
  if (label === null || grid === null) return { ...place, grid: null, cells: null, box: null };
  const labels = bytesToLabels(label);
  const cells = Uint8Array.from(labels, (value) => (value === FG ? 0 : value === BG ? 1 : 2));
  const box = tightBox(
    cells.map((cell) => (cell === 0 ? 1 : 0)),
    grid,
  );
  // In cells, exclusive at the far ends: an overlap is the same in pixels.
  return { ...place, grid, cells, box: box && [box[1], box[0], box[3] + 1, box[2] + 1] };
}

function gridOf(db: ReadableDb, predictionId: number): Grid | null {
  const row = read<{ grid_rows: number; grid_cols: number }>(
    db,
    'SELECT grid_rows, grid_cols FROM prediction WHERE id = ?',
  ).get(predictionId);
  return row ? [row.grid_rows, row.grid_cols] : null;
}

function sameGrid(a: Read, b: Read): boolean {
  return a.grid !== null && b.grid !== null && a.grid[0] === b.grid[0] && a.grid[1] === b.grid[1];
}

function boxIou(a: Read, b: Read): number | null {
  return sameGrid(a, b) && a.box && b.box ? iou(a.box, b.box) : null;
}

function confusion(a: ArrayLike<number>, b: ArrayLike<number>, k: number): number[] {
  const counts = new Array<number>(k * k).fill(0);
  for (let at = 0; at < a.length; at++) counts[a[at]! * k + b[at]!]!++;
  return counts;
}

function* everyTwo(found: readonly Read[]): Generator<readonly [Read, Read]> {
  for (const [at, a] of found.entries()) for (const b of found.slice(at + 1)) yield [a, b];
}
