/** Chunks of a relabel preview added up as they come. */
import type { ProcedureOutput } from '../../src-shared/contract/procedures.ts';

export type Chunk = ProcedureOutput<'recipes.preview'>;

export interface Preview {
  readonly samples: number;
  readonly reviewed: number;
  readonly candidates: number;
  /** Neither decided nor with maps the recipe can be applied to. */
  readonly others: number;
  readonly looked: number;
  readonly labelChanged: number;
  readonly newlyDropped: number;
  readonly newlyKept: number;
  readonly failed: number;
  /** Mean share of the grid over the samples looked at, 0 to 1. */
  readonly fgNow: number;
  readonly fgThen: number;
  /** Every candidate was looked at. */
  readonly whole: boolean;
}

/** What is known after one more chunk; `before` null: after the first. */
export function withChunk(before: Preview | null, chunk: Chunk): Preview {
  const { samples, reviewed, candidates } = chunk;
  const sum = (key: 'looked' | 'labelChanged' | 'newlyDropped' | 'newlyKept' | 'failed'): number =>
    (before?.[key] ?? 0) + chunk[key];
  const known = before ? before.looked - before.failed : 0;
  const added = chunk.looked - chunk.failed;
  const mean = (key: 'fgNow' | 'fgThen'): number =>
    known + added === 0 ? 0 : ((before?.[key] ?? 0) * known + chunk[key]) / (known + added);
  return {
    samples,
    reviewed,
    candidates,
    others: Math.max(0, samples - reviewed - candidates),
    looked: sum('looked'),
    labelChanged: sum('labelChanged'),
    newlyDropped: sum('newlyDropped'),
    newlyKept: sum('newlyKept'),
    failed: sum('failed'),
    fgNow: mean('fgNow'),
    fgThen: mean('fgThen'),
    whole: chunk.next === null,
  };
}
