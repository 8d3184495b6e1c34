/** What lmms-eval 0.7.3 and VLMEvalKit e8e78f0 themselves say; made anew by test/golden/scorers/make.py. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import {
  hrbenchTotals,
  kitPopeTotals,
  mmeAccuracy,
  ocrbenchTotal,
  popeTotals,
  vstarPercent,
} from '../../../src-shared/kernels/scorers/corpus.ts';
import { SCORER_NAMES } from '../../../src-shared/kernels/scorers/score.ts';
import { type GoldenCase, compared, golden } from '../../golden/scorers/compare.ts';

const FOLDER = path.join(import.meta.dirname, '../../golden/scorers');
const LEAST_CASES = 300;

test('[SC1] every scorer of a benchmark gives the original’s score on 300 cases and more', () => {
  const { counts, differences } = compared(golden<Record<string, GoldenCase[]>>(FOLDER, 'scores.json.gz'));
  assert.deepEqual(differences.slice(0, 3), [], `${differences.length} differ`);
  for (const name of SCORER_NAMES) {
    if (name !== 'exact') assert.ok((counts.get(name) ?? 0) >= LEAST_CASES, name);
  }
});

interface Corpora {
  readonly pope: readonly {
    readonly rows: readonly (readonly [string, string])[];
    readonly lmms: Readonly<Record<'accuracy' | 'precision' | 'recall' | 'f1_score' | 'yes_ratio', number>>;
    readonly kit: Readonly<Record<'f1_score' | 'acc' | 'precision' | 'recall', number>>;
  }[];
  readonly hrbench: readonly {
    readonly rows: readonly (readonly [cycle: string, category: string, score: number])[];
    readonly average: number;
    readonly single: number | null;
    readonly cross: number | null;
  }[];
  readonly ocrbench: readonly { readonly scores: readonly number[]; readonly score: number }[];
  readonly vstar: readonly { readonly scores: readonly number[]; readonly percent: number }[];
  readonly 'mme-realworld': readonly { readonly scores: readonly number[]; readonly accuracy: number }[];
}

test('[SC3] numbers of a whole set are the originals’ aggregations', () => {
  const corpora = golden<Corpora>(FOLDER, 'corpora.json.gz');
  for (const { rows, lmms, kit } of corpora.pope) {
    const pairs = rows.map(([answer, truth]) => ({ answer, truth }));
    const ours = popeTotals(pairs)!;
    near(
      [ours.accuracy, ours.precision, ours.recall, ours.f1, ours.yesRatio],
      [lmms.accuracy, lmms.precision, lmms.recall, lmms.f1_score, lmms.yes_ratio],
    );
    const beside = kitPopeTotals(pairs)!;
    near(
      [beside.accuracy, beside.precision, beside.recall, beside.f1].map((value) => value * 100),
      [kit.acc, kit.precision, kit.recall, kit.f1_score],
    );
  }
  for (const { rows, average, single, cross } of corpora.hrbench) {
    const ours = hrbenchTotals(rows.map(([cycle, category, score]) => ({ cycle, category, score })));
    near([ours.average, ours.fsp, ours.fcp], [average, single, cross]);
  }
  for (const { scores, score } of corpora.ocrbench) near([ocrbenchTotal(scores)], [score]);
  for (const { scores, percent } of corpora.vstar) near([vstarPercent(scores)], [percent]);
  for (const { scores, accuracy } of corpora['mme-realworld']) near([mmeAccuracy(scores)], [accuracy]);
});

function near(ours: readonly (number | null)[], theirs: readonly (number | null)[]): void {
  assert.equal(ours.length, theirs.length);
  ours.forEach((value, i) => {
    const other = theirs[i] ?? null;
    if (value === null || other === null) assert.equal(value, other);
    else assert.ok(Math.abs(value - other) < 1e-12, `${value} is not ${other}`);
  });
}
