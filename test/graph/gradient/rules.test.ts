import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GraphBuilder } from '../../../src-main/graph/builder.ts';
import { gradients } from '../../../src-main/graph/gradient/gradients.ts';
import { RULES } from '../../../src-main/graph/gradient/rules/index.ts';
import type { OpName } from '../../../src-main/graph/ops/index.ts';
import type { GradientCase } from '../../support/gradient-check.ts';
import { checkGradient } from '../../support/gradient-check.ts';

interface RuleCase extends GradientCase {
  readonly op: OpName;
}

const S = { lengths: { S: 3, P: 2, Q: 2 } };

function binary(op: 'Add' | 'Sub' | 'Mul' | 'Div' | 'Pow'): RuleCase[] {
  const build: GradientCase['build'] = (b, [x, y]) => b.binary(op, x!, y!);
  const positive = op === 'Div' || op === 'Pow';
  return [
    {
      op,
      name: `${op} of equal shapes`,
      inputs: [
        ['S', 4],
        ['S', 4],
      ],
      ...S,
      positive,
      build,
    },
    {
      op,
      name: `${op}, both repeated`,
      inputs: [
        ['S', 1, 4],
        [2, 1],
      ],
      ...S,
      positive,
      build,
    },
    { op, name: `${op} with a scalar`, inputs: [[], [2, 'S']], ...S, positive, build },
    {
      op,
      name: `${op} of a value with itself`,
      inputs: [['S', 2]],
      ...S,
      positive,
      build: (b, [x]) => b.binary(op, x!, x!),
    },
  ];
}

function unary(op: 'Neg' | 'Sigmoid' | 'Sqrt' | 'Exp' | 'Log' | 'Reciprocal', positive = false): RuleCase {
  return { op, name: op, inputs: [['S', 4]], ...S, positive, build: (b, [x]) => b.unary(op, x!) };
}

const TURNS: readonly Readonly<Record<string, number>>[] = [
  {},
  { transA: 1 },
  { transB: 1 },
  { transA: 1, transB: 1 },
];

const CASES: RuleCase[] = [
  ...(['Add', 'Sub', 'Mul', 'Div', 'Pow'] as const).flatMap(binary),
  unary('Neg'),
  unary('Sigmoid'),
  unary('Exp'),
  unary('Sqrt', true),
  unary('Log', true),
  unary('Reciprocal', true),
  {
    op: 'Where',
    name: 'Where, condition and branches repeated',
    inputs: [
      ['S', 1, 4],
      [2, 1],
    ],
    ...S,
    build: (b, [x, y]) => b.where(b.binary('Less', x!, b.number(x!, 0.1)), x!, y!),
  },
  {
    op: 'Cast',
    name: 'Cast between real types',
    inputs: [['S', 4]],
    ...S,
    // Wide, because float32 rounds what is differenced; exact all the same, the loss being of second degree.
    step: 0.25,
    build: (b, [x]) => b.cast(b.cast(x!, 'float32'), 'float64'),
  },
  { op: 'Identity', name: 'Identity', inputs: [['S']], ...S, build: (b, [x]) => b.emit('Identity', [x!]) },
  {
    op: 'Reshape',
    name: 'Reshape over a run-time length',
    inputs: [['S', 8]],
    ...S,
    build: (b, [x]) => b.softmax(b.reshape(b.reshape(x!, ['S', 2, 4]), [null, 4])),
  },
  {
    op: 'Reshape',
    name: 'Reshape of two run-time lengths',
    inputs: [[4, 'S', 'P']],
    ...S,
    build: (b, [x]) => b.softmax(b.reshape(x!, [2, null, 'P'])),
  },
  {
    op: 'Unsqueeze',
    name: 'Unsqueeze',
    inputs: [['S', 2]],
    ...S,
    build: (b, [x]) => b.emit('Unsqueeze', [x!, b.int64s([0, 2])]),
  },
  {
    op: 'Transpose',
    name: 'Transpose',
    inputs: [['S', 2, 4]],
    ...S,
    build: (b, [x]) => b.softmax(b.transpose(x!, [1, 2, 0])),
  },
  {
    op: 'Concat',
    name: 'Concat of run-time lengths',
    inputs: [
      ['P', 3],
      [1, 3],
      ['S', 3],
    ],
    ...S,
    build: (b, [p, one, s]) => b.softmax(b.concat([p!, one!, s!], 0), 0),
  },
  {
    op: 'Concat',
    name: 'Concat of known lengths, on the last axis',
    inputs: [
      ['S', 1],
      ['S', 3],
    ],
    ...S,
    build: (b, [x, y]) => b.softmax(b.concat([x!, y!], -1)),
  },
  { op: 'Slice', name: 'Slice by constants', inputs: [[2, 6]], build: (b, [x]) => b.slice(x!, 1, 2, 5) },
  {
    op: 'Slice',
    name: 'Slice of the last row of a run-time length',
    inputs: [['S', 4]],
    ...S,
    build: (b, [x]) => b.slice(x!, 0, -1),
  },
  {
    op: 'Slice',
    name: 'Slice by run-time bounds',
    inputs: [['S', 6]],
    ints: [[3], [5]],
    ...S,
    build: (b, [x], [start, end]) => b.sliceAt(x!, 1, start!, end!, 'Q'),
  },
  {
    op: 'Slice',
    name: 'Slice by run-time bounds counted from the end, to beyond it',
    inputs: [['S', 6]],
    ints: [[-2], [99]],
    ...S,
    build: (b, [x], [start, end]) => b.sliceAt(x!, 0, start!, end!, 'Q'),
  },
  {
    op: 'Gather',
    name: 'Gather of some entries more than once',
    inputs: [['S', 5, 2]],
    ints: [[4, 0, 4, -1]],
    ...S,
    build: (b, [x], [indices]) => b.gather(x!, indices!, 1),
  },
  {
    op: 'Gather',
    name: 'Gather of rows of a run-time length',
    inputs: [['S', 2]],
    ints: [[1, 1, 0]],
    ...S,
    build: (b, [x], [indices]) => b.gather(x!, indices!),
  },
  {
    op: 'Gather',
    name: 'Gather that changes the order (rotary halves, and a turn that is not its own inverse)',
    inputs: [['S', 3, 2]],
    ...S,
    build: (b, [x]) => b.softmax(b.gather(b.gather(x!, b.int64s([1, 0]), 2), b.int64s([2, 0, 1]), 1), 1),
  },
  {
    op: 'Expand',
    name: 'Expand',
    inputs: [
      ['S', 1],
      [2, 'S', 4],
    ],
    ...S,
    build: (b, [x, y]) => b.binary('Mul', b.expand(x!, b.shapeOf(y!)), y!),
  },
  ...[true, false].map((bias): RuleCase => ({
    op: 'Gemm',
    name: `Gemm, a linear layer with${bias ? '' : 'out'} bias`,
    inputs: bias
      ? [['S', 4], [5, 4], [5]]
      : [
          ['S', 4],
          [5, 4],
        ],
    ...S,
    build: (b, [x, w, c]) => b.linear(x!, w!, c),
  })),
  ...TURNS.map((turns): RuleCase => ({
    op: 'Gemm',
    name: `Gemm ${JSON.stringify(turns)}`,
    inputs: ['transA' in turns ? [4, 'S'] : ['S', 4], 'transB' in turns ? [5, 4] : [4, 5]],
    ...S,
    build: (b, [x, w]) => b.emit('Gemm', [x!, w!], turns),
  })),
  {
    op: 'Gemm',
    name: 'Gemm on top of a whole matrix',
    inputs: [
      [4, 'S'],
      [4, 5],
      ['S', 5],
    ],
    ...S,
    build: (b, [x, w, c]) => b.emit('Gemm', [x!, w!, c!], { transA: 1 }),
  },
  {
    op: 'MatMul',
    name: 'MatMul, one batch repeated',
    inputs: [
      [2, 'S', 4],
      [1, 4, 5],
    ],
    ...S,
    build: (b, [x, y]) => b.matmul(x!, y!),
  },
  {
    op: 'MatMul',
    name: 'MatMul, batches of both repeated',
    inputs: [
      [2, 1, 'S', 4],
      [3, 4, 2],
    ],
    ...S,
    build: (b, [x, y]) => b.matmul(x!, y!),
  },
  ...[-1, 1].map((axis): RuleCase => ({
    op: 'Softmax',
    name: `Softmax, axis ${axis}`,
    inputs: [[2, 'S', 5]],
    ...S,
    build: (b, [x]) => b.softmax(x!, axis),
  })),
  ...[true, false].flatMap((keep): RuleCase[] => [
    {
      op: 'ReduceSum',
      name: `ReduceSum, keep ${keep}`,
      inputs: [['S', 2, 4]],
      ...S,
      build: (b, [x]) => b.sum(x!, [0, -1], keep),
    },
    {
      op: 'ReduceMean',
      name: `ReduceMean, keep ${keep}`,
      inputs: [['S', 2, 4]],
      ...S,
      build: (b, [x]) => b.mean(x!, [-1, 0], keep),
    },
  ]),
  {
    op: 'SimplifiedLayerNormalization',
    name: 'RMS norm',
    inputs: [['S', 6], [6]],
    ...S,
    build: (b, [x, scale]) => b.rmsNorm(x!, scale!, 1e-5),
  },
];

for (const entry of CASES)
  test(`${entry.name}: the rule agrees with central differences`, async (t) => {
    t.diagnostic(`largest relative error ${(await checkGradient(entry)).toExponential(1)}`);
  });

test('every rule of the table has a case', () => {
  const covered = new Set(CASES.map(({ op }) => op));
  assert.deepEqual(
    (Object.keys(RULES) as OpName[]).filter((op) => !covered.has(op)),
    [],
  );
});

test('an op without a rule stops the walk, naming it; off the way to the wanted value it is left alone', () => {
  const b = new GraphBuilder('no rule');
  const [x, w] = [b.input('x', 'float32', ['S', 4]), b.input('w', 'float32', [4])];
  const normed = b.layerNorm(x, w, w, 1e-5);
  const loss = b.sum(b.binary('Mul', normed, w), [0, 1]);
  assert.throws(() => gradients(b, loss, [x]), {
    name: 'FoveaError',
    code: 'internal',
    message: 'there is no gradient rule for LayerNormalization',
  });
  const y = b.input('y', 'float32', [4]);
  const other = b.sum(b.binary('Mul', normed, y), [0, 1]);
  assert.deepEqual(gradients(b, other, [y])[0]?.shape, [4]);
});

test('a wanted value that the loss does not depend on is an error, and so is a loss that is no scalar', () => {
  const b = new GraphBuilder('apart');
  const [x, y] = [b.input('x', 'float32', ['S']), b.input('y', 'float32', ['S'])];
  assert.throws(() => gradients(b, b.sum(x, [0]), [x, y]), /the loss does not depend on y/);
  assert.throws(() => gradients(b, x, [x]), /a loss is a scalar/);
  // By way of an index there is no slope.
  const index = b.cast(x, 'int64');
  assert.throws(() => gradients(b, b.sum(b.gather(y, index), [0]), [x]), /does not depend on x/);
});
