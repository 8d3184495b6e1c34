/**
 * One way to test every op: build a graph around it, run it through ONNX Runtime, and compare values with a plain
 * reference and run-time shapes with what the op table inferred.
 */
import assert from 'node:assert/strict';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import type { Dim } from '../../src-main/graph/dims.ts';
import type { OpName } from '../../src-main/graph/ops/index.ts';
import type { Value } from '../../src-main/graph/types.ts';
import type { Placement } from '../../src-main/graph/weights.ts';
import type { Feed } from '../../src-main/runtime/session.ts';
import { Session } from '../../src-main/runtime/session.ts';
import type { Nd } from './nd.ts';
import { size } from './nd.ts';
import { assertClose, randoms, seeded } from './numbers.ts';

export interface OpCase {
  readonly op: OpName;
  readonly name?: string;
  /** float32 inputs: their shape in the graph; symbols get the lengths of `SYMBOLS`. */
  readonly inputs: readonly (readonly Dim[])[];
  /** int64 inputs, `[1]` or `[n]`. */
  readonly ints?: readonly (readonly number[])[];
  /** Largest difference allowed; default {@link TOLERANCE}. */
  readonly tolerance?: number;
  readonly prepack?: boolean;
  /** The device that the graph is for. */
  readonly placement?: Placement;
  build(b: GraphBuilder, floats: readonly Value[], ints: readonly Value[]): Value;
  reference(...inputs: Nd[]): Nd;
}

/** Run-time lengths of the symbols the cases use. */
export const SYMBOLS: Readonly<Record<string, number>> = { S: 3, P: 2, R: 2 };

const SEED = 2026;
const TOLERANCE = 2e-6;

function length(dim: Dim): number {
  if (typeof dim === 'number') return dim;
  return dim.split('+').reduce((sum, term) => {
    const parts = term.split('*').map((part) => SYMBOLS[part] ?? Number(part));
    return sum + size(parts);
  }, 0);
}

/** Runs one case. */
export async function checkOp(test: OpCase): Promise<void> {
  const b = new GraphBuilder(test.op, test.placement);
  const random = seeded(SEED);
  const feeds: Record<string, Feed> = {};
  const arrays = test.inputs.map((shape, i) => {
    const lengths = shape.map(length);
    const data = randoms(size(lengths), random, 2);
    feeds[`x${i}`] = [data, lengths];
    return { shape: lengths, data: [...data] };
  });
  const floats = test.inputs.map((shape, i) => b.input(`x${i}`, 'float32', shape));
  const ints = (test.ints ?? []).map((values, i) => {
    feeds[`n${i}`] = [BigInt64Array.from(values, BigInt), [values.length]];
    return b.input(`n${i}`, 'int64', [values.length]);
  });
  const result = test.build(b, floats, ints);
  b.output('y', result);
  const graph = b.finish();
  assert.ok(
    graph.nodes.some((node) => node.op === test.op),
    `the case does not use ${test.op}`,
  );
  const session = await Session.open(graph, { device: 'cpu', cpuThreads: 1, prepack: test.prepack ?? false });
  try {
    const y = (await session.run(feeds))['y'];
    const expected = test.reference(...arrays);
    assert.deepEqual([...(y?.dims ?? [])], [...expected.shape]);
    assert.deepEqual(result.shape.map(length), [...expected.shape], 'the shape the table inferred');
    assertClose(y?.data ?? [], expected.data, test.tolerance ?? TOLERANCE, test.op);
  } finally {
    await session.release();
  }
}
