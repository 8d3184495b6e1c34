/**
 * Cohen's and Fleiss' kappa and their intervals on made-up ratings, beside statsmodels and scikit-learn. Not part of the tests:
 * it needs a Python with both (`pip install statsmodels scikit-learn`), which is named by `--python PATH`. Prints a line for each
 * comparison; one that differs ends it with 1.
 *
 *     node scripts/node.mjs test/exporters/readers/kappas.ts --python PATH
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  cohenKappa,
  type Estimate,
  fleissKappa,
  pairsAgreeing,
} from '../../../src-shared/kernels/measures/kappa.ts';
import { seededRandom } from '../../support/random.ts';

/** Of a unit each item's category by each rater. */
type Unit = readonly (readonly number[])[];

interface Case {
  readonly name: string;
  readonly of: 'cohen' | 'fleiss';
  readonly categories: number;
  readonly units: readonly Unit[];
}

const random = seededRandom(17);

/** @param agreeing how often a rater says what the item is; otherwise any category */
function ratings(units: number, items: number, raters: number, categories: number, agreeing: number): Unit[] {
  const any = (): number => Math.floor(random() ** 1.5 * categories);
  return Array.from({ length: units }, () =>
    Array.from({ length: items }, () => {
      const truth = any();
      return Array.from({ length: raters }, () => (random() < agreeing ? truth : any()));
    }),
  );
}

const CASES: readonly Case[] = [
  {
    name: 'two reviewers, accept/correct/reject',
    of: 'cohen',
    categories: 3,
    units: ratings(60, 1, 2, 3, 0.7),
  },
  { name: 'two who hardly agree', of: 'cohen', categories: 3, units: ratings(200, 1, 2, 3, 0.1) },
  { name: 'two, two categories', of: 'cohen', categories: 2, units: ratings(40, 1, 2, 2, 0.6) },
  { name: 'cells of labels by two', of: 'cohen', categories: 3, units: ratings(120, 24, 2, 3, 0.6) },
  { name: 'three reviewers', of: 'fleiss', categories: 3, units: ratings(150, 1, 3, 3, 0.6) },
  { name: 'five reviewers, four categories', of: 'fleiss', categories: 4, units: ratings(150, 1, 5, 4, 0.5) },
  { name: 'cells of labels by three', of: 'fleiss', categories: 3, units: ratings(120, 24, 3, 3, 0.5) },
];

function ours({ of, categories: k, units }: Case): Estimate | null {
  const raters = units[0]![0]!.length;
  if (of === 'cohen') {
    const counts = units.map((unit) => {
      const table = new Array<number>(k * k).fill(0);
      for (const [a, b] of unit) table[a! * k + b!]!++;
      return table;
    });
    return cohenKappa(counts, k);
  }
  const rated = units.map((unit) => {
    const counts = new Array<number>(k).fill(0);
    let agreement = 0;
    for (const item of unit) {
      const own = new Array<number>(k).fill(0);
      for (const category of item) own[category]!++;
      for (const [j, count] of own.entries()) counts[j]! += count;
      agreement += pairsAgreeing(own);
    }
    return { items: unit.length, agreement, counts };
  });
  return fleissKappa(rated, raters);
}

const { values } = parseArgs({ options: { python: { type: 'string', default: 'python3' } } });
const dir = mkdtempSync(join(tmpdir(), 'fovea-kappas-'));
try {
  const path = join(dir, 'cases.json');
  writeFileSync(path, JSON.stringify(CASES.map((one) => ({ ...one, ours: ours(one) }))));
  const { status } = spawnSync(values.python, [join(import.meta.dirname, 'kappas.py'), path], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(dir, { recursive: true, force: true });
}
