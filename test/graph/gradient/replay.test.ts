import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { GraphBuilder } from '../../../src-main/graph/builder.ts';
import { replay, weightsOf } from '../../../src-main/graph/gradient/replay.ts';
import type { Graph } from '../../../src-main/graph/types.ts';
import type { WeightRef } from '../../../src-main/graph/weights.ts';
import type { Feed } from '../../../src-main/runtime/session.ts';
import { Session } from '../../../src-main/runtime/session.ts';
import { assertClose } from '../../support/numbers.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

/** x·Wᵀ, gated by itself (SwiGLU's own form), with weights of either width in a file. */
function gated(dtype: 'F32' | 'BF16', file: string): Graph {
  const words = Float32Array.of(0.5, -1, 2, 0.25, 1, -0.5);
  const bytes =
    dtype === 'F32' ? words : Uint16Array.from(new Uint32Array(words.buffer), (word) => word >>> 16);
  writeFileSync(file, bytes);
  const ref: WeightRef = { dtype, file, offset: 0, length: bytes.byteLength, shape: [2, 3] };
  const b = new GraphBuilder('gated');
  const y = b.linear(b.input('x', 'float32', ['S', 3]), b.weight('layer.weight', ref, [2, 3]));
  b.output('y', b.binary('Mul', b.binary('Mul', y, b.unary('Sigmoid', y)), b.scalar(3)));
  return b.finish();
}

async function run(graph: Graph, feeds: Record<string, Feed>): Promise<number[]> {
  const session = await Session.open(graph, { device: 'cpu', cpuThreads: 1 });
  try {
    return [...((await session.run(feeds))['y']?.data ?? [])];
  } finally {
    await session.release();
  }
}

/** In double: 3·y·σ(y) of y = x·Wᵀ. */
const X = [1, 2, -1, 0.5, 0.25, 4];
const EXPECTED = [0, 1].flatMap((row) =>
  [
    [0.5, -1, 2],
    [0.25, 1, -0.5],
  ].map((w) => {
    const y = w.reduce((sum, v, i) => sum + v * X[3 * row + i]!, 0);
    return (3 * y) / (1 + Math.exp(-y));
  }),
);

for (const dtype of ['F32', 'BF16'] as const) {
  test(`a graph with ${dtype} weights gives the same numbers when it is built again, in either precision`, async (t) => {
    const graph = gated(dtype, join(temporaryDir(t), 'weights.bin'));
    for (const real of ['float32', 'float64'] as const) {
      const b = new GraphBuilder('again');
      b.output('y', replay(b, graph, { real }).get('y')!);
      const data = real === 'float64' ? Float64Array.from(X) : Float32Array.from(X);
      assertClose(
        await run(b.finish(), { x: [data, [2, 3]] }),
        EXPECTED,
        real === 'float64' ? 1e-14 : 1e-5,
        real,
      );
    }
  });

  test(`${dtype} weights become inputs, and the file is not read`, async (t) => {
    const graph = gated(dtype, join(temporaryDir(t), 'weights.bin'));
    const [weight, ...others] = weightsOf(graph);
    assert.deepEqual(
      [weight?.tensor, weight?.value.shape, weight?.value.dtype, others],
      ['layer.weight', [2, 3], 'float32', []],
    );
    const b = new GraphBuilder('trained');
    const w = b.input('w', 'float32', [2, 3]);
    b.output('y', replay(b, graph, { instead: new Map([[weight!.value.name, w]]) }).get('y')!);
    const trained = b.finish();
    assert.ok(trained.initializers.every(({ data }) => 'inline' in data));
    const feeds: Record<string, Feed> = {
      x: [Float32Array.from(X), [2, 3]],
      w: [new Float32Array(6), [2, 3]],
    };
    assert.deepEqual(await run(trained, feeds), [0, 0, 0, 0]);
  });
}
