/** What was measured for an int8 cache: kept beside it, believed only whole, and what the cache follows from. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Measured, MeasuredLayer } from '../../../src-main/checkpoint/quantised/index.ts';
import {
  cacheState,
  measuredOf,
  openQuantised,
  removeQuantised,
} from '../../../src-main/checkpoint/quantised/index.ts';
import { readMeasured, writeMeasured } from '../../../src-main/checkpoint/quantised/measured.ts';
import { openModel } from '../../../src-main/checkpoint/open.ts';
import { readSafetensorsHeader } from '../../../src-main/checkpoint/files/safetensors.ts';
import { DEMO_CHECKPOINT } from '../../support/demo-goldens.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const demo = await openModel(DEMO_CHECKPOINT);
const UP = 'model.layers.3.mlp.up_proj.weight';
const GATE = 'model.layers.3.mlp.gate_proj.weight';
const DOWN = 'model.layers.3.mlp.down_proj.weight';
const Q = 'model.layers.3.self_attn.q_proj.weight';
const V = 'model.layers.3.self_attn.v_proj.weight';

function measured(): Measured {
  const layer = { plain: 0.01, smoothed: null, choice: 'rows', alone: 'rows', group: UP } as const;
  return {
    layers: new Map<string, MeasuredLayer>([
      [UP, layer],
      [GATE, { ...layer, smoothed: 0.005, choice: 'smoothed', alone: 'smoothed' }],
      [DOWN, { ...layer, plain: 0.3, smoothed: 0.2, choice: 'inexact', alone: 'inexact', group: DOWN }],
      [Q, { ...layer, choice: 'small', alone: 'small', group: Q }],
      [V, { ...layer, choice: 'digits', group: V }],
    ]),
    factors: new Map([[UP, Float32Array.from({ length: 128 }, (_, i) => 0.5 + i / 128)]]),
  };
}

test('it is read as it was written, for the same files only', async (t) => {
  const file = join(temporaryDir(t), 'measured');
  assert.equal(await readMeasured(file, 'a'), null);
  await writeMeasured(file, 'a', measured());
  assert.deepEqual(await readMeasured(file, 'a'), measured());
  assert.equal(await readMeasured(file, 'b'), null);
});

test('a file that is not right in every part is measured anew', async (t) => {
  const file = join(temporaryDir(t), 'measured');
  await writeMeasured(file, 'a', measured());
  const whole = readFileSync(file);
  const refused = async (bytes: Uint8Array): Promise<void> => {
    writeFileSync(file, bytes);
    assert.equal(await readMeasured(file, 'a'), null);
  };
  await refused(whole.subarray(0, whole.length - 4));
  await refused(whole.subarray(0, 100));
  await refused(Buffer.from(whole.toString('latin1').replace('inexact', 'unheard'), 'latin1'));
  for (const factor of [NaN, 0, -1, Infinity]) {
    const bytes = Buffer.from(whole);
    bytes.writeFloatLE(factor, bytes.length - 8);
    await refused(bytes);
  }
  await writeMeasured(file, 'a', { ...measured(), factors: new Map() });
  assert.equal(await readMeasured(file, 'a'), null, 'factors that a layer needs are not there');
});

test('the cache follows from it: rows, evened rows, and float32 where a layer does not bear it', async (t) => {
  const folder = temporaryDir(t);
  let asked = 0;
  const measure = (): Promise<Measured> => {
    asked++;
    return Promise.resolve(measured());
  };
  const weights = await openQuantised(demo, { folder, form: 'int8', measure });
  assert.deepEqual([weights.written, asked], [true, 1]);
  assert.partialDeepStrictEqual(weights.quantised(UP), { per: 'row', shape: [384, 128] });
  assert.equal(weights.quantised(UP)?.['smoothing' as never], undefined);
  assert.partialDeepStrictEqual(weights.quantised(GATE), { per: 'row', smoothing: { group: UP } });
  for (const name of [DOWN, Q, 'lm_head.weight']) {
    assert.equal(weights.quantised(name), undefined, name);
    assert.equal(weights.get(name)?.dtype, 'F32');
  }
  const tensors = await readSafetensorsHeader(weights.file);
  assert.partialDeepStrictEqual(tensors.get(`${UP}.values`), { dtype: 'I8', shape: [384, 128] });
  assert.partialDeepStrictEqual(tensors.get(`${GATE}.smoothing`), { dtype: 'F32', shape: [128] });
  assert.partialDeepStrictEqual(weights.quantised(V), { per: 'row', digits: 2 });
  assert.partialDeepStrictEqual(tensors.get(`${V}.values`), { dtype: 'I8', shape: [128, 256] });

  // By what each layer by itself bears, from what was measured already.
  const fast = await openQuantised(demo, { folder, form: 'int8-fast', measure });
  assert.deepEqual([fast.written, asked], [true, 1]);
  assert.notEqual(fast.file, weights.file);
  assert.partialDeepStrictEqual(fast.quantised(V), { per: 'row', digits: 1 });

  assert.equal((await openQuantised(demo, { folder, form: 'int8', measure })).written, false);
  assert.equal(asked, 1);
  assert.deepEqual(await measuredOf(demo, folder), measured());
  assert.equal((await cacheState(demo, 'int8', folder)).present, true);

  // Measured otherwise, it is another cache.
  writeFileSync(`${weights.file}.measured`, '');
  const other = await openQuantised(demo, {
    folder,
    form: 'int8',
    measure: () =>
      Promise.resolve({ ...measured(), factors: new Map([[UP, new Float32Array(128).fill(2)]]) }),
  });
  assert.equal(other.written, true);

  assert.equal(await removeQuantised(demo, folder, ['int8']), true);
  assert.equal(existsSync(`${weights.file}.measured`), true, 'the other cache follows from it');
  assert.equal(await removeQuantised(demo, folder, ['int8-fast']), true);
  assert.equal(existsSync(`${weights.file}.measured`), false);
});

test('one of the two caches can be removed, and the other is still there', async (t) => {
  const folder = temporaryDir(t);
  let asked = 0;
  const measure = (): Promise<Measured> => {
    asked++;
    return Promise.resolve(measured());
  };
  for (const [goes, stays] of [
    ['int8', 'int8-fast'],
    ['int8-fast', 'int8'],
  ] as const) {
    for (const form of [goes, stays]) await openQuantised(demo, { folder, form, measure });
    assert.equal(await removeQuantised(demo, folder, [goes]), true);
    assert.equal((await cacheState(demo, goes, folder)).present, false);
    assert.equal((await cacheState(demo, stays, folder)).present, true);
    assert.equal((await openQuantised(demo, { folder, form: stays, measure })).written, false);
    assert.equal(asked, 1, 'measured once for both');
  }
});
