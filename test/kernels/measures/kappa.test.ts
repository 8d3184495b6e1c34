/** Kappas against figures of the papers and against their own formulas written out once more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cohenKappa,
  fleissKappa,
  meanShare,
  pairsAgreeing,
} from '../../../src-shared/kernels/measures/kappa.ts';

/** Units of one rating each. */
function ratings(table: readonly (readonly number[])[]): number[][] {
  const k = table.length;
  return table.flatMap((row, i) =>
    row.flatMap((count, j) =>
      Array.from({ length: count }, () => {
        const unit = new Array<number>(k * k).fill(0);
        unit[i * k + j] = 1;
        return unit;
      }),
    ),
  );
}

/** The large-sample standard error of Fleiss, Cohen and Everitt (1969), formula 13 of their paper. */
function standardError(table: readonly (readonly number[])[]): number {
  const n = table.flat().reduce((a, b) => a + b, 0);
  const p = table.map((row) => row.map((count) => count / n));
  const row = p.map((r) => r.reduce((a, b) => a + b, 0));
  const column = p[0]!.map((_, j) => p.reduce((sum, r) => sum + r[j]!, 0));
  const po = p.reduce((sum, r, i) => sum + r[i]!, 0);
  const pe = row.reduce((sum, r, i) => sum + r * column[i]!, 0);
  const kappa = (po - pe) / (1 - pe);
  let a = 0;
  let b = 0;
  p.forEach((r, i) =>
    r.forEach((share, j) => {
      if (i === j) a += share * (1 - (row[i]! + column[i]!) * (1 - kappa)) ** 2;
      else b += share * (column[i]! + row[j]!) ** 2;
    }),
  );
  const c = (kappa - pe * (1 - kappa)) ** 2;
  return Math.sqrt((a + (1 - kappa) ** 2 * b - c) / (n * (1 - pe) ** 2));
}

const close = (a: number, b: number, within = 1e-9): void =>
  assert.ok(Math.abs(a - b) <= within, `${a} is not ${b}`);

test('Cohen: 20 and 15 of 50 agree, chance 0.5: kappa 0.4', () => {
  const found = cohenKappa(
    ratings([
      [20, 5],
      [10, 15],
    ]),
    2,
  )!;
  close(found.value, 0.4);
});

test('Cohen: the interval is that of Fleiss, Cohen and Everitt', () => {
  for (const table of [
    [
      [20, 5],
      [10, 15],
    ],
    [
      [88, 14, 18],
      [10, 40, 10],
      [2, 6, 12],
    ],
    [
      [5, 0, 1],
      [2, 7, 0],
      [0, 3, 30],
    ],
  ]) {
    const found = cohenKappa(ratings(table), table.length)!;
    const half = 1.959963984540054 * standardError(table);
    close(found.high, Math.min(1, found.value + half));
    close(found.low, Math.max(-1, found.value - half));
  }
});

test('Cohen: the table of Fleiss, Cohen and Everitt by hand: 0.70 seen, 0.41 by chance', () => {
  // [[88, 14, 18], [10, 40, 10], [2, 6, 12]]: rows .6 .3 .1, columns .5 .3 .2; seen .70, chance .30 + .09 + .02 = .41.
  const found = cohenKappa(
    ratings([
      [88, 14, 18],
      [10, 40, 10],
      [2, 6, 12],
    ]),
    3,
  )!;
  close(found.value, (0.7 - 0.41) / (1 - 0.41));
});

test('ratings of one unit stay together: the same cells in fewer units are less sure', () => {
  const units = ratings([
    [40, 10],
    [5, 45],
  ]);
  const pooled = Array.from({ length: 10 }, (_, at) =>
    units
      .slice(at * 10, at * 10 + 10)
      .reduce((sum, unit) => sum.map((count, i) => count + unit[i]!), [0, 0, 0, 0]),
  );
  const [apart, together] = [cohenKappa(units, 2)!, cohenKappa(pooled, 2)!];
  close(apart.value, together.value);
  assert.ok(together.high - together.low > apart.high - apart.low);
});

test('Fleiss: ten subjects, fourteen raters, five categories: 0.210', () => {
  const table = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
  ];
  const units = table.map((counts) => ({ items: 1, agreement: pairsAgreeing(counts), counts }));
  const found = fleissKappa(units, 14)!;
  // P = 0.37802, Pe = 0.21275 (sum of squares of 20 28 39 21 32 of 140).
  const pe = [20, 28, 39, 21, 32].reduce((sum, count) => sum + (count / 140) ** 2, 0);
  const p =
    table.reduce((sum, counts) => sum + (counts.reduce((s, c) => s + c * c, 0) - 14) / (14 * 13), 0) / 10;
  close(found.value, (p - pe) / (1 - pe));
  close(found.value, 0.20993, 1e-5);
  assert.ok(found.low < found.value && found.value < found.high);
});

test('all the same word says nothing of chance; all right is 1; nothing is null', () => {
  assert.equal(
    cohenKappa(
      ratings([
        [9, 0],
        [0, 0],
      ]),
      2,
    ),
    null,
  );
  assert.equal(cohenKappa([], 2), null);
  assert.equal(
    cohenKappa(
      ratings([
        [5, 0],
        [0, 5],
      ]),
      2,
    )!.value,
    1,
  );
  assert.equal(fleissKappa([{ items: 1, agreement: 1, counts: [2, 0] }], 2), null);
  assert.equal(fleissKappa([], 2), null);
  assert.throws(() => fleissKappa([], 1), RangeError);
  assert.throws(() => cohenKappa([[1, 2]], 2), RangeError);
});

test('a mean share has the interval of its standard error', () => {
  const found = meanShare([0.2, 0.4, 0.9])!;
  close(found.value, 0.5);
  const error = Math.sqrt((0.09 + 0.01 + 0.16) / 2 / 3);
  close(found.low, 0.5 - 1.959963984540054 * error);
  assert.equal(found.high, Math.min(1, 0.5 + 1.959963984540054 * error));
  assert.deepEqual(meanShare([0.7]), { value: 0.7, low: 0.7, high: 0.7 });
  assert.equal(meanShare([]), null);
});
