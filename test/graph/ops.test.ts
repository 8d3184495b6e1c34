import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import type { OpName } from '../../src-main/graph/ops/index.ts';
import { OPS } from '../../src-main/graph/ops/index.ts';
import type { Nd } from '../support/nd.ts';
import { erf, get, make, map, mapRows, spread } from '../support/nd.ts';
import type { OpCase } from '../support/op-check.ts';
import { checkOp } from '../support/op-check.ts';
import { quantisedFile, rowsFile, tableFile, zeroPointFile } from '../support/quantised.ts';
import { randoms, seeded } from '../support/numbers.ts';

/** The tables that bitsandbytes itself unpacks with, written by test/golden/packed/make.py. */
const TABLES = z
  .object({ fp4: z.array(z.number()).length(16), nf4: z.array(z.number()).length(16) })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../golden/packed/tables.json'), 'utf8')));

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const mean = (row: readonly number[]) => row.reduce((a, b) => a + b, 0) / row.length;

function binary(
  op: 'Add' | 'Sub' | 'Mul' | 'Div' | 'Max' | 'Min' | 'Pow',
  f: (a: number, b: number) => number,
): OpCase {
  return {
    op,
    inputs: [
      ['S', 1, 4],
      [2, 1],
    ],
    build: (b, [x, y]) => b.binary(op, x!, y!),
    reference: (x, y) => make([3, 2, 4], (i) => f(spread(x, i), spread(y, i))),
  };
}

function unary(op: 'Neg' | 'Sigmoid' | 'Erf' | 'Exp' | 'Abs' | 'Round', f: (x: number) => number): OpCase {
  return { op, inputs: [['S', 5]], build: (b, [x]) => b.unary(op, x!), reference: (x) => map(x, f) };
}

/** Of x² + 1, which is positive. */
function ofSquare(op: 'Sqrt' | 'Log' | 'Reciprocal', f: (x: number) => number): OpCase {
  return {
    op,
    inputs: [['S', 5]],
    build: (b, [x]) => b.unary(op, b.binary('Add', b.binary('Mul', x!, x!), b.scalar(1))),
    reference: (x) => map(x, (v) => f(v * v + 1)),
  };
}

function matmul(x: Nd, y: Nd, batch: readonly number[]): Nd {
  const [m, k, n] = [x.shape.at(-2)!, x.shape.at(-1)!, y.shape.at(-1)!];
  return make([...batch, m, n], (index) => {
    const at = index.slice(0, -2);
    let sum = 0;
    for (let i = 0; i < k; i++)
      sum += spread(x, [...at, index.at(-2)!, i]) * spread(y, [...at, i, index.at(-1)!]);
    return sum;
  });
}

const transposed = (x: Nd) => make([x.shape[1]!, x.shape[0]!], ([i, j]) => get(x, [j!, i!]));

/** A linear layer on blocks against the same layer on the numbers they stand for; K does not fill the last block. */
function blocks(bits: 4 | 8, prepack: boolean): OpCase {
  const k = 72;
  const { ref, plain } = quantisedFile(randoms(6 * k, seeded(bits)), k, bits);
  return {
    op: 'MatMulNBits',
    name: `${bits} bits, ${prepack ? 'int8 products' : 'weights as they lie in the file'}`,
    inputs: [['S', k], [6]],
    prepack,
    // With int8 products the inputs are rounded to 1/254 of the largest in their block, here 2: 72 terms of up to
    // 0.008 · 1, of random sign.
    tolerance: prepack ? 0.1 : 2e-5,
    build: (b, [x, bias]) => b.linear(x!, b.quantised('w', ref), bias!),
    reference: (x, bias) => {
      const y = matmul(x, transposed({ shape: [6, k], data: [...plain] }), []);
      return make([3, 6], (i) => get(y, i) + bias.data[i[1]!]!);
    },
  };
}

/** What a layer gives without a bias on the numbers its weights stand for. */
const product = (n: number, k: number, plain: Float32Array) => (x: Nd) =>
  matmul(x, transposed({ shape: [n, k], data: [...plain] }), []);

/** Zero points, inputs taken in another order, float32 products: as AWQ's and GPTQ's weights are laid out. */
function zeroPoints(prepack: boolean): OpCase {
  const [n, k] = [6, 160];
  const { ref, plain } = zeroPointFile(n, k, 64, seeded(5));
  return {
    op: 'MatMulNBits',
    name: `zero points and an order, ${prepack ? 'laid out anew' : 'as they lie in the file'}`,
    inputs: [['S', k]],
    prepack,
    tolerance: 2e-5,
    build: (b, [x]) => b.linear(x!, b.quantised('w', ref)),
    reference: product(n, k, plain),
  };
}

/** To the nearest whole number, ties to the even one. */
function nearest(x: number): number {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}

/**
 * Whole numbers times whole numbers, in exact sums: a row's scale is its largest number over 127.
 * @param signed as a processor takes them that multiplies uint8 with int8, or with uint8 only
 */
function rows(signed: boolean, evened: boolean): OpCase {
  const [n, k] = [8, 96];
  const factors = evened ? Float32Array.from({ length: k }, (_, i) => 0.5 + i / k) : null;
  const weights = randoms(n * k, seeded(8), 1);
  const { ref, rows: stored } = rowsFile(weights, k, factors);
  return {
    op: 'MatMulIntegerToFloat',
    name: `${signed ? 'int8' : 'uint8'} weights${evened ? ', inputs evened out' : ''}`,
    inputs: [['S', k], [n]],
    prepack: true,
    placement: { maxBytes: null, held: [], signedProducts: signed },
    tolerance: 2e-5,
    // Two layers on the same inputs, which are rounded once.
    build: (b, [x, bias]) => {
      const w = b.quantised('w', ref);
      const y = b.binary('Add', b.linear(x!, w, bias!), b.linear(x!, w));
      assert.equal(b.nodes.filter(({ op }) => op === 'QuantizeLinear').length, 1);
      return y;
    },
    reference: (x, bias) =>
      make([3, n], ([i, j]) => {
        const row = Array.from({ length: k }, (_, at) =>
          Math.fround(get(x, [i!, at]) * (factors?.[at] ?? 1)),
        );
        const scale = Math.max(...row.map(Math.abs)) / 127;
        const sum = row.reduce((total, v, at) => total + nearest(v / scale) * stored.values[j! * k + at]!, 0);
        return 2 * sum * scale * stored.scales[j!]! + bias.data[j!]!;
      }),
  };
}

/** Two digits of 8 bits on both sides: as near as float32 but for what 16 bits leave. */
function twoDigits(signed: boolean): OpCase {
  const [n, k] = [8, 96];
  const weights = randoms(n * k, seeded(9), 1);
  const { ref } = rowsFile(weights, k, null, 2);
  return {
    op: 'MatMulIntegerToFloat',
    name: `two digits, ${signed ? 'int8' : 'uint8'} weights`,
    inputs: [['S', k]],
    prepack: true,
    placement: { maxBytes: null, held: [], signedProducts: signed },
    tolerance: 1e-3,
    build: (b, [x]) => b.linear(x!, b.quantised('w', ref)),
    reference: product(n, k, weights),
  };
}

/** bitsandbytes' tables. */
function tables(name: 'fp4' | 'nf4', table: readonly number[]): OpCase {
  const [n, k] = [6, 96];
  const { ref, plain } = tableFile([n, k], name, table, seeded(6));
  return {
    op: 'MatMulBnb4',
    name,
    inputs: [['S', k], [n]],
    tolerance: 2e-5,
    build: (b, [x, bias]) => b.linear(x!, b.quantised('w', ref), bias!),
    reference: (x, bias) => {
      const y = product(n, k, plain)(x);
      return make([3, n], (i) => get(y, i) + bias.data[i[1]!]!);
    },
  };
}

const CASES: OpCase[] = [
  zeroPoints(false),
  zeroPoints(true),
  tables('nf4', TABLES.nf4),
  tables('fp4', TABLES.fp4),
  rows(true, false),
  rows(true, true),
  rows(false, false),
  rows(false, true),
  twoDigits(true),
  twoDigits(false),
  {
    op: 'QuantizeLinear',
    inputs: [['S', 5]],
    build: (b, [x]) => b.cast(b.emit('QuantizeLinear', [x!, b.scalar(0.01), b.byte(128)]), 'float32'),
    reference: (x) => map(x, (v) => Math.min(255, Math.max(0, nearest(v / Math.fround(0.01)) + 128))),
  },
  {
    op: 'BitwiseXor',
    inputs: [['S', 5]],
    build: (b, [x]) =>
      b.cast(b.emit('BitwiseXor', [b.cast(b.unary('Abs', x!), 'uint8'), b.byte(128)]), 'float32'),
    reference: (x) => map(x, (v) => Math.trunc(Math.abs(v)) ^ 128),
  },
  unary('Abs', Math.abs),
  unary('Round', nearest),
  {
    op: 'ReduceMax',
    inputs: [['S', 4]],
    build: (b, [x]) => b.max(x!, [1], true),
    reference: (x) => make([3, 1], ([i]) => Math.max(...[0, 1, 2, 3].map((j) => get(x, [i!, j])))),
  },
  {
    op: 'ReduceMin',
    inputs: [['S', 4]],
    build: (b, [x]) => b.min(x!, [1]),
    reference: (x) => make([3], ([i]) => Math.min(...[0, 1, 2, 3].map((j) => get(x, [i!, j])))),
  },
  blocks(4, false),
  blocks(8, false),
  blocks(4, true),
  blocks(8, true),
  binary('Add', (a, b) => a + b),
  binary('Sub', (a, b) => a - b),
  binary('Mul', (a, b) => a * b),
  {
    ...binary('Div', (a, b) => a / (b * b + 1)),
    build: (b, [x, y]) => b.binary('Div', x!, b.binary('Add', b.binary('Mul', y!, y!), b.scalar(1))),
  },
  binary('Max', Math.max),
  binary('Min', Math.min),
  {
    ...binary('Pow', (a, b) => (a * a + 1) ** b),
    tolerance: 1e-4,
    build: (b, [x, y]) => b.binary('Pow', b.binary('Add', b.binary('Mul', x!, x!), b.scalar(1)), y!),
  },
  unary('Neg', (x) => -x),
  { ...unary('Exp', Math.exp), tolerance: 1e-5 },
  ofSquare('Sqrt', Math.sqrt),
  ofSquare('Log', Math.log),
  ofSquare('Reciprocal', (x) => 1 / x),
  unary('Sigmoid', sigmoid),
  unary('Erf', erf),
  {
    op: 'Less',
    inputs: [
      ['S', 1],
      [1, 4],
    ],
    build: (b, [x, y]) => b.where(b.binary('Less', x!, y!), b.scalar(1), b.scalar(0)),
    reference: (x, y) => make([3, 4], ([i, j]) => (x.data[i!]! < y.data[j!]! ? 1 : 0)),
  },
  {
    op: 'Where',
    inputs: [['S', 4], [4]],
    build: (b, [x, y]) => b.where(b.binary('Less', x!, b.scalar(0)), y!, x!),
    reference: (x, y) => make([3, 4], (i) => (get(x, i) < 0 ? spread(y, i) : get(x, i))),
  },
  {
    op: 'Cast',
    inputs: [['S', 4]],
    build: (b, [x]) => b.cast(b.cast(x!, 'int32'), 'float32'),
    reference: (x) => map(x, Math.trunc),
  },
  {
    op: 'Identity',
    inputs: [['S']],
    build: (_, [x]) => x!,
    reference: (x) => x,
  },
  {
    op: 'Reshape',
    name: 'splits, keeps a symbolic length, and fills in the rest',
    inputs: [['S', 8]],
    build: (b, [x]) => b.reshape(b.reshape(x!, ['S', 2, 4]), [null, 4]),
    reference: (x) => ({ shape: [6, 4], data: x.data }),
  },
  {
    op: 'Transpose',
    inputs: [['S', 2, 4]],
    build: (b, [x]) => b.transpose(x!, [1, 2, 0]),
    reference: (x) => make([2, 4, 3], ([i, j, k]) => get(x, [k!, i!, j!])),
  },
  {
    op: 'Concat',
    inputs: [
      ['P', 4],
      ['S', 4],
    ],
    build: (b, [p, s]) => b.concat([p!, s!], 0),
    reference: (p, s) => ({ shape: [5, 4], data: [...p.data, ...s.data] }),
  },
  {
    op: 'Slice',
    name: 'by constants',
    inputs: [[2, 6]],
    build: (b, [x]) => b.slice(x!, 1, 2, 5),
    reference: (x) => make([2, 3], ([i, j]) => get(x, [i!, j! + 2])),
  },
  {
    op: 'Slice',
    name: 'the last row of a run-time length',
    inputs: [['S', 4]],
    build: (b, [x]) => b.slice(x!, 0, -1),
    reference: (x) => ({ shape: [1, 4], data: x.data.slice(-4) }),
  },
  {
    op: 'Slice',
    name: 'by run-time bounds',
    inputs: [[2, 6]],
    ints: [[3], [5]],
    build: (b, [x], [start, end]) => b.sliceAt(x!, 1, start!, end!, 'R'),
    reference: (x) => make([2, 2], ([i, j]) => get(x, [i!, j! + 3])),
  },
  {
    op: 'Gather',
    inputs: [['S', 5, 2]],
    ints: [[4, 0, 4]],
    build: (b, [x], [indices]) => b.gather(x!, indices!, 1),
    reference: (x) => make([3, 3, 2], ([i, j, k]) => get(x, [i!, [4, 0, 4][j!]!, k!])),
  },
  {
    op: 'Gemm',
    name: 'a linear layer on [out, in] weights with bias',
    inputs: [['S', 4], [5, 4], [5]],
    build: (b, [x, w, bias]) => b.linear(x!, w!, bias!),
    reference: (x, w, bias) => {
      const y = matmul(x, transposed(w), []);
      return make([3, 5], (i) => get(y, i) + bias.data[i[1]!]!);
    },
  },
  {
    op: 'MatMul',
    inputs: [
      [2, 'S', 4],
      [1, 4, 5],
    ],
    build: (b, [x, y]) => b.matmul(x!, y!),
    reference: (x, y) => matmul(x, y, [2]),
  },
  {
    op: 'Softmax',
    inputs: [[2, 'S', 5]],
    build: (b, [x]) => b.softmax(x!),
    reference: (x) =>
      mapRows(x, (row) => {
        const e = row.map(Math.exp);
        return e.map((v) => v / (mean(e) * e.length));
      }),
  },
  {
    op: 'ReduceSum',
    inputs: [['S', 2, 4]],
    build: (b, [x]) => b.sum(x!, [1]),
    reference: (x) => make([3, 4], ([i, j]) => get(x, [i!, 0, j!]) + get(x, [i!, 1, j!])),
  },
  {
    op: 'ReduceMean',
    inputs: [['S', 2, 4]],
    build: (b, [x]) => b.mean(x!, [1], true),
    reference: (x) => make([3, 1, 4], ([i, , j]) => (get(x, [i!, 0, j!]) + get(x, [i!, 1, j!])) / 2),
  },
  {
    op: 'Gemm',
    name: 'of two matrices as they lie turned',
    inputs: [
      [4, 'S'],
      [5, 4],
    ],
    build: (b, [x, w]) => b.emit('Gemm', [x!, w!], { transA: 1, transB: 1 }),
    reference: (x, w) => matmul(transposed(x), transposed(w), []),
  },
  {
    op: 'Shape',
    name: 'as the shape that another value takes, and some of it in another order',
    inputs: [
      ['S', 4],
      [2, 2, 'S'],
    ],
    build: (b, [x, y]) => b.transpose(b.reshapeTo(y!, b.gather(b.shapeOf(x!), b.int64s([1, 0]))), [1, 0]),
    reference: (_, y) => make([3, 4], ([i, j]) => get(y, [Math.floor(j! / 2), j! % 2, i!])),
  },
  {
    op: 'Expand',
    inputs: [
      ['S', 1],
      [2, 'S', 4],
    ],
    build: (b, [x, y]) => b.expand(x!, b.shapeOf(y!)),
    reference: (x) => make([2, 3, 4], ([, j]) => get(x, [j!, 0])),
  },
  {
    op: 'Unsqueeze',
    inputs: [['S', 2]],
    build: (b, [x]) => b.emit('Unsqueeze', [x!, b.int64s([0, 2])]),
    reference: (x) => ({ shape: [1, 3, 1, 2], data: x.data }),
  },
  {
    op: 'Pad',
    inputs: [['S', 2]],
    ints: [[2, 1]],
    build: (b, [x], [widths]) => b.emit('Pad', [x!, widths!, b.scalar(7), b.int64s([1])], {}, { symbol: 5 }),
    reference: (x) => make([3, 5], ([i, j]) => (j! < 2 || j! > 3 ? 7 : get(x, [i!, j! - 2]))),
  },
  {
    op: 'ScatterND',
    inputs: [
      ['S', 2],
      [4, 2],
    ],
    ints: [[2, 0, -1, 2]],
    build: (b, [x, y], [places]) =>
      b.emit('ScatterND', [x!, b.emit('Unsqueeze', [places!, b.int64s([1])]), y!], { reduction: 'add' }),
    reference: (x, y) =>
      make([3, 2], ([i, j]) =>
        [2, 0, 2, 2].reduce((sum, row, at) => sum + (row === i ? get(y, [at, j!]) : 0), get(x, [i!, j!])),
      ),
  },
  {
    op: 'LayerNormalization',
    inputs: [['S', 6], [6], [6]],
    build: (b, [x, scale, bias]) => b.layerNorm(x!, scale!, bias!, 1e-5),
    reference: (x, scale, bias) =>
      mapRows(x, (row) => {
        const m = mean(row);
        const deviation = Math.sqrt(mean(row.map((v) => (v - m) ** 2)) + 1e-5);
        return row.map((v, i) => ((v - m) / deviation) * scale.data[i]! + bias.data[i]!);
      }),
  },
  {
    op: 'SimplifiedLayerNormalization',
    inputs: [['S', 6], [6]],
    build: (b, [x, scale]) => b.rmsNorm(x!, scale!, 1e-5),
    reference: (x, scale) =>
      mapRows(x, (row) =>
        row.map((v, i) => (v / Math.sqrt(mean(row.map((w) => w * w)) + 1e-5)) * scale.data[i]!),
      ),
  },
];

for (const entry of CASES)
  test(`${entry.op}: ${entry.name ?? 'agrees with the reference'}`, () => checkOp(entry));

test('every op of the table has a case', () => {
  const covered = new Set(CASES.map(({ op }) => op));
  assert.deepEqual(
    (Object.keys(OPS) as OpName[]).filter((op) => !covered.has(op)),
    [],
  );
});
