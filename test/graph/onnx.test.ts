import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { readSafetensorsHeader } from '../../src-main/checkpoint/files/safetensors.ts';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import { ModelSchema } from '../../src-main/graph/onnx-schema.ts';
import { commonFolder, toOnnx } from '../../src-main/graph/onnx.ts';
import type { WeightRef } from '../../src-main/graph/weights.ts';
import { Session } from '../../src-main/runtime/session.ts';
import { writeSafetensors } from '../support/safetensors.ts';

const dir = mkdtempSync(join(tmpdir(), 'fovea-onnx-'));
test.after(() => rmSync(dir, { recursive: true }));

function bytes(values: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(values.buffer);
}

test('weights in two folders, at unaligned offsets and in half precision, are read where they lie', async () => {
  mkdirSync(join(dir, 'a'));
  mkdirSync(join(dir, 'b'));
  writeSafetensors(join(dir, 'a', 'one.safetensors'), {
    odd: { dtype: 'U8', shape: [3], data: new Uint8Array(3) },
    w: { dtype: 'F32', shape: [2, 3], data: bytes(Float32Array.of(1, 2, 3, 4, 5, 6)) },
  });
  writeSafetensors(join(dir, 'b', 'two.safetensors'), {
    bias: { dtype: 'F16', shape: [2], data: bytes(Uint16Array.of(0x3c00, 0xc000)) }, // 1, -2
    scale: { dtype: 'BF16', shape: [2], data: bytes(Uint16Array.of(0x3f00, 0x4080)) }, // 0.5, 4
  });
  const one = await readSafetensorsHeader(join(dir, 'a', 'one.safetensors'));
  const two = await readSafetensorsHeader(join(dir, 'b', 'two.safetensors'));
  const ref = (entry: unknown) => entry as WeightRef;

  const b = new GraphBuilder('linear');
  const x = b.input('x', 'float32', ['S', 3]);
  const y = b.linear(
    x,
    b.weight('w', ref(one.get('w')), [2, 3]),
    b.weight('bias', ref(two.get('bias')), [2]),
  );
  b.output('y', b.binary('Mul', y, b.weight('scale', ref(two.get('scale')), [2])));
  const graph = b.finish();

  const model = toOnnx(graph);
  assert.ok(model.bytes.length < 1200);
  const message = fromBinary(ModelSchema, model.bytes);
  const location = message.graph.initializer.map(
    (t) => t.externalData?.find(({ key }) => key === 'location')?.value,
  );
  assert.deepEqual(location, ['a/one.safetensors', 'b/two.safetensors', 'b/two.safetensors']);

  const session = await Session.open(graph, { device: 'cpu', cpuThreads: 1 });
  const out = await session.run({ x: [Float32Array.of(1, 1, 1, 0, 1, 0), [2, 3]] });
  await session.release();
  assert.deepEqual([...(out['y']?.data ?? [])], [3.5, 52, 1.5, 12]);
});

test('outputs can be written into memory the caller owns', async () => {
  const b = new GraphBuilder('double');
  const x = b.input('x', 'float32', ['S', 2]);
  b.output('y', b.binary('Add', x, x));
  const session = await Session.open(b.finish(), { device: 'cpu', cpuThreads: 1 });
  const memory = new Float32Array(6);
  await session.run({ x: [Float32Array.of(1, 2), [1, 2]] }, { y: [memory.subarray(2, 4), [1, 2]] });
  await session.release();
  assert.deepEqual([...memory], [0, 0, 2, 4, 0, 0]);
});

test('the common folder of files', () => {
  assert.equal(commonFolder([]), null);
  assert.equal(commonFolder(['/m/a/x']), '/m/a');
  assert.equal(commonFolder(['/m/a/x', '/m/ab/y', '/m/a/z']), '/m');
  assert.equal(commonFolder(['/m/x', '/n/y']), '/');
});
