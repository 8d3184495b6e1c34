/**
 * Ours beside what the originals said. Run: node test/golden/scorers/compare.ts FOLDER, where make.py wrote scores.json.gz, with
 * as many cases as wanted.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  type ScorerName,
  SCORER_NAMES,
  needsJudge,
  scoreAnswer,
} from '../../../src-shared/kernels/scorers/score.ts';

export interface GoldenCase {
  readonly answer: string;
  readonly truths: readonly string[];
  readonly options: readonly string[];
  readonly category: string | null;
  /** Null: the original would ask a language model. */
  readonly scores: Readonly<Record<string, number | null>>;
}

export interface Difference {
  readonly scorer: string;
  readonly case: GoldenCase;
  readonly ours: number | null;
}

/** The last bits of a mean: Python adds exact thirds. */
const ROUNDING = 1e-14;

export function golden<T>(folder: string, name: string): T {
  return JSON.parse(gunzipSync(readFileSync(path.join(folder, name))).toString()) as T;
}

/** @returns how many were compared, by scorer, and those that differ */
export function compared(golden: Readonly<Record<string, readonly GoldenCase[]>>): {
  readonly counts: ReadonlyMap<ScorerName, number>;
  readonly differences: readonly Difference[];
} {
  const counts = new Map<ScorerName, number>();
  const differences: Difference[] = [];
  for (const one of Object.values(golden).flat()) {
    for (const [name, theirs] of Object.entries(one.scores)) {
      const scorer = SCORER_NAMES.find((known) => known === name);
      if (scorer === undefined) throw new RangeError(`no scorer is called ${name}`);
      const asked = { ...one, question: '' };
      const ours = needsJudge(scorer, asked) ? null : scoreAnswer(scorer, asked);
      counts.set(scorer, (counts.get(scorer) ?? 0) + 1);
      const same = ours === theirs || (ours !== null && theirs !== null && Math.abs(ours - theirs) <= ROUNDING);
      if (!same) differences.push({ scorer, case: one, ours });
    }
  }
  return { counts, differences };
}

if (import.meta.main) {
  const { counts, differences } = compared(golden(process.argv[2] ?? import.meta.dirname, 'scores.json.gz'));
  for (const [scorer, count] of counts) {
    console.log(
      `${scorer}: ${count} cases, ${differences.filter((one) => one.scorer === scorer).length} differ`,
    );
  }
  for (const one of differences.slice(0, 40)) console.log(JSON.stringify(one));
  process.exitCode = differences.length === 0 ? 0 : 1;
}
