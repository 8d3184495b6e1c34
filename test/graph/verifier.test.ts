import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import { addDims, missingDim, sameCount } from '../../src-main/graph/dims.ts';
import { OpError } from '../../src-main/graph/ops/spec.ts';
import type { Graph } from '../../src-main/graph/types.ts';
import { GraphError, verify } from '../../src-main/graph/verifier.ts';

function small(): Graph {
  const b = new GraphBuilder('small');
  const x = b.input('x', 'float32', ['S', 4]);
  const w = b.floats([3, 4], new Float32Array(12));
  b.output('y', b.softmax(b.linear(x, w)));
  return b.finish();
}

test('a finished graph passes, with its outputs under their names', () => {
  const graph = small();
  verify(graph);
  assert.deepEqual(graph.outputs, [{ name: 'y', dtype: 'float32', shape: ['S', 3] }]);
});

test('a wrong shape stops at the call that made it, naming op and shapes', () => {
  const b = new GraphBuilder('bad');
  const x = b.input('x', 'float32', ['S', 4]);
  assert.throws(() => b.linear(x, b.floats([3, 5], new Float32Array(15))), {
    name: 'OpError',
    message: /Gemm.*\[S, 4\] does not fit \[3, 5\]/,
  });
  assert.throws(() => b.reshape(x, [3, 3]), /cannot become/);
  assert.throws(() => b.binary('Add', x, b.int64s([1])), /float32 and int64/);
  assert.throws(() => b.binary('Add', x, new GraphBuilder('other').scalar(1)), /another graph/);
  const bytes = { file: 'w', offset: 0, length: 64 };
  const ref = { shape: [4, 32], bits: 4, block: 32, values: bytes, scales: bytes, products: 'int8' } as const;
  const blocks = b.quantised('w', ref);
  assert.throws(() => b.matmul(x, blocks), /w:int4 is of another graph/);
  assert.throws(() => b.linear(x, blocks), /MatMulNBits.*\[S, 4\] is not \[M, 32\]/);
});

const BROKEN: [string, (graph: Graph) => Graph, RegExp][] = [
  ['a node before its input', (g) => ({ ...g, nodes: g.nodes.toReversed() }), /does not exist before it/],
  [
    'an unknown op',
    (g) => ({ ...g, nodes: g.nodes.map((n) => ({ ...n, op: 'Gemmm' as 'Gemm' })) }),
    /not in the op table/,
  ],
  [
    'an unknown attribute',
    (g) => ({ ...g, nodes: g.nodes.map((n) => ({ ...n, attributes: { beta: 2 } })) }),
    /knows no attribute beta/,
  ],
  [
    'a missing attribute',
    (g) => ({ ...g, nodes: g.nodes.map((n) => ({ ...n, attributes: {} })) }),
    /lacks attribute axis|does not fit/,
  ],
  ['a value made twice', (g) => ({ ...g, nodes: [...g.nodes, ...g.nodes] }), /made twice/],
  [
    'too few inputs',
    (g) => ({ ...g, nodes: g.nodes.map((n) => ({ ...n, inputs: n.inputs.slice(1) })) }),
    /takes 2 to 3 inputs/,
  ],
  ['an output nobody makes', (g) => ({ ...g, nodes: g.nodes.slice(0, 1) }), /y is never made/],
  ['no output', (g) => ({ ...g, outputs: [] }), /no outputs/],
  [
    'a stated type that is not the table’s',
    (g) => ({ ...g, values: new Map(g.values).set('y', { name: 'y', dtype: 'float32', shape: ['S', 9] }) }),
    /y is float32 \[S, 3\] by the table, float32 \[S, 9\]/,
  ],
  [
    'a constant with too few bytes',
    (g) => ({
      ...g,
      initializers: g.initializers.map((i) => ({ ...i, data: { inline: new Float32Array(11) } })),
    }),
    /needs 48 bytes, has 44/,
  ],
];
for (const [what, damage, message] of BROKEN) {
  test(`the verifier finds ${what}`, () => {
    assert.throws(
      () => verify(damage(small())),
      (error) => (error instanceof GraphError || error instanceof OpError) && message.test(error.message),
    );
  });
}

test('symbolic lengths add, multiply and divide', () => {
  assert.equal(addDims('S', 'P'), 'P+S');
  assert.equal(addDims(addDims(0, 'S'), 3), '3+S');
  assert.equal(missingDim(['S', 128], [4, 32]), 'S');
  assert.equal(missingDim([4, 'S', 8], [2, 8]), '2*S');
  assert.equal(missingDim(['2*S', 8], [16, 'S']), 1);
  assert.equal(missingDim(['S', 6], [4]), null);
  assert.ok(sameCount(['P+S', 8], [2, 4, 'P+S']));
  assert.ok(!sameCount(['P+S', 8], ['P', 8]));
});
