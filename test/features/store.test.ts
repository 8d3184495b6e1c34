import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { DEFAULT_BUDGET_BYTES } from '../../src-main/features/budget.ts';
import { decodeFeatures, encodeFeatures } from '../../src-main/features/codec.ts';
import { encodeEncoding, encodingFileBytes } from '../../src-main/features/encoding.ts';
import {
  type EncodingKey,
  encodingHash,
  type FeatureKey,
  type KeptKey,
  keptPath,
  viewHash,
} from '../../src-main/features/key.ts';
import { FeatureStore } from '../../src-main/features/store.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const model = 'a'.repeat(64);
const view = {
  picture: 'own',
  rules: { exif: 'stored', alpha: 'dropped' },
  prompt: 'p',
  question: 'q',
  sha256: 's',
  precision: 'as-stored',
} as const;
const key = (n: number, of = model): FeatureKey => ({
  model: of,
  layer: 3,
  view: viewHash({ ...view, question: `question ${n}` }),
});
const bytesOf = (n: number): Uint8Array =>
  encodeFeatures({
    rows: new Float32Array(8 * 16).fill(n),
    length: 8,
    hiddenSize: 16,
    visual: [1, 7],
    grid: [2, 3],
    picture: { width: 4, height: 3, turned: 1 },
  });
const ONE = bytesOf(1).length;
const folder = (t: TestContext): string => join(temporaryDir(t), 'cache', 'features');

test('what is put is there for the next process, by its key alone', async (t) => {
  const dir = folder(t);
  const store = await FeatureStore.open(dir);
  assert.deepEqual(await store.size(), { count: 0, bytes: 0 });
  assert.equal(await store.put(key(1), bytesOf(1), 'llava'), true);
  assert.equal(await store.put(key(2), bytesOf(2), 'llava'), true);
  const again = await FeatureStore.open(dir);
  assert.equal(again.budgetBytes, DEFAULT_BUDGET_BYTES);
  assert.deepEqual(await again.get(key(2)), decodeFeatures(bytesOf(2)));
  assert.deepEqual(await again.encoded(key(1)), bytesOf(1));
  assert.deepEqual(
    [await again.has(key(1)), await again.has(key(3)), await again.get(key(3))],
    [true, false, null],
  );
  assert.deepEqual(await again.byModel(), [{ model, layer: 3, name: 'llava', count: 2, bytes: 2 * ONE }]);
});

test('everything that decides the rows is part of the name', () => {
  const others = [
    { ...view, picture: { squareTokens: 576 } },
    { ...view, rules: { exif: 'turned', alpha: 'dropped' } },
    { ...view, rules: { exif: 'stored', alpha: 'white' } },
    { ...view, prompt: 'other' },
    { ...view, question: 'q ' },
    { ...view, sha256: 't' },
    { ...view, precision: 'int4' },
  ];
  assert.equal(new Set([view, ...others].map(viewHash)).size, others.length + 1);
  assert.notEqual(keptPath({ ...key(1), layer: 4 }), keptPath(key(1)));
});

test('above the budget what was not used for longest goes; reading is use', async (t) => {
  const dir = folder(t);
  const store = await FeatureStore.open(dir, 4.5 * ONE);
  for (const n of [1, 2, 3, 4]) {
    await store.put(key(n), bytesOf(n));
    const then = new Date(Date.now() - 1000 * (100 - n));
    utimesSync(join(dir, keptPath(key(n))), then, then);
  }
  assert.ok(await store.get(key(1)), 'read last of all');
  await store.put(key(5), bytesOf(5));
  const left = [];
  for (const n of [1, 2, 3, 4, 5]) if (await store.has(key(n))) left.push(n);
  assert.deepEqual(left, [1, 3, 4, 5]);
  assert.ok((await store.size()).bytes <= store.budgetBytes);
});

test('what others put counts, too', async (t) => {
  const dir = folder(t);
  const mine = await FeatureStore.open(dir, 3.5 * ONE);
  await mine.put(key(0), bytesOf(0));
  const theirs = await FeatureStore.open(dir);
  for (const n of [1, 2, 3, 4, 5]) await theirs.put(key(n), bytesOf(n));
  await mine.put(key(6), bytesOf(6));
  assert.ok((await mine.size()).bytes <= 3.5 * ONE);
  assert.equal(theirs.budgetBytes, 3.5 * ONE, 'the budget said last holds for who says none');
});

test('one that alone is above the budget is not kept, and says so', async (t) => {
  const store = await FeatureStore.open(folder(t), ONE - 1);
  assert.equal(await store.put(key(1), bytesOf(1)), false);
  assert.deepEqual(await store.size(), { count: 0, bytes: 0 });
  await assert.rejects(FeatureStore.open(folder(t), 0), { code: 'bad_input' });
});

test('cut short, damaged, another kind of file or gone: absent, and can be kept anew', async (t) => {
  const dir = folder(t);
  const store = await FeatureStore.open(dir);
  const path = join(dir, keptPath(key(1)));
  const damages: readonly (() => void)[] = [
    () => truncateSync(path, ONE - 7),
    () =>
      writeFileSync(
        path,
        bytesOf(1).map((byte, i) => (i === ONE - 20 ? byte ^ 4 : byte)),
      ),
    () => truncateSync(path, 0),
    () => rmSync(path),
    () => rmSync(dir, { recursive: true }),
  ];
  for (const damage of damages) {
    await store.put(key(1), bytesOf(1));
    damage();
    assert.equal(await store.get(key(1)), null);
    assert.equal(existsSync(path), false, 'it does not count any more');
  }
  mkdirSync(path, { recursive: true });
  assert.equal(await store.get(key(1)), null);
});

const SHAPE = { tokens: 4, hiddenSize: 8 };
const picture = (n: number): EncodingKey => ({
  model,
  layer: null,
  view: encodingHash('encoder', [2, 2], Float32Array.of(n)),
});
const encodingOf = (n: number): Uint8Array => encodeEncoding(new Float32Array(32).fill(n), SHAPE);
const PICTURE = encodingFileBytes(SHAPE);
const quiet = (): void => undefined;

test('encodings lie beside features, are listed and removed by themselves', async (t) => {
  const store = await FeatureStore.open(folder(t));
  await store.put(key(1), bytesOf(1), 'llava');
  for (const n of [1, 2]) await store.put(picture(n), encodingOf(n), 'llava');
  assert.deepEqual(await store.encoding(picture(2), SHAPE, quiet), new Float32Array(32).fill(2));
  assert.equal(await store.encoding(picture(3), SHAPE, () => assert.fail('it is only not there')), null);
  const all = await store.byModel();
  assert.deepEqual(
    all.map(({ layer, name, count, bytes }) => [layer, name, count, bytes]),
    [
      [3, 'llava', 1, ONE],
      [null, 'llava', 2, 2 * PICTURE],
    ].sort((a, b) => Number(b[3]) - Number(a[3])),
  );
  assert.deepEqual(await store.remove({ model, layer: null }), { count: 2, bytes: 2 * PICTURE });
  assert.deepEqual(await store.size(), { count: 1, bytes: ONE });
});

test('features and encodings share the budget: what was not used for longest goes, whichever it is', async (t) => {
  const store = await FeatureStore.open(folder(t), ONE + 3.5 * PICTURE);
  const old = async (put: KeptKey, bytes: Uint8Array, seconds: number): Promise<void> => {
    await store.put(put, bytes);
    const then = new Date(Date.now() - 1000 * seconds);
    utimesSync(store.pathOf(put), then, then);
  };
  await old(key(1), bytesOf(1), 90);
  for (const n of [1, 2, 3]) await old(picture(n), encodingOf(n), 80 - n);
  assert.ok(await store.encoding(picture(1), SHAPE, quiet), 'read last of all');
  await store.put(picture(4), encodingOf(4));
  const there = [key(1), ...[1, 2, 3, 4].map(picture)].map((one) => store.has(one));
  assert.deepEqual(await Promise.all(there), [false, true, true, true, true]);
  assert.ok((await store.size()).bytes <= store.budgetBytes);
});

test('an encoding that cannot be used says why, and is taken away if it is damaged', async (t) => {
  const store = await FeatureStore.open(folder(t));
  const path = store.pathOf(picture(1));
  await store.put(picture(1), encodingOf(1));
  writeFileSync(
    path,
    encodingOf(1).map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
  );
  const whys: string[] = [];
  const ask = () => store.encoding(picture(1), SHAPE, (why) => whys.push(why));
  assert.deepEqual([await ask(), existsSync(path)], [null, false]);
  mkdirSync(path);
  assert.equal(await ask(), null);
  assert.equal(whys.length, 2);
  assert.match(whys[0]!, /damaged/);
});

test('removing deletes all of it, or what is kept of one model', async (t) => {
  const dir = folder(t);
  const store = await FeatureStore.open(dir);
  const other = 'b'.repeat(64);
  await store.put(key(1), bytesOf(1));
  await store.put(key(2, other), bytesOf(2));
  await store.put(key(3, other), bytesOf(3));
  assert.deepEqual(await store.remove({ model, layer: 3 }), { count: 1, bytes: ONE });
  assert.deepEqual(
    (await store.byModel()).map(({ model: of, count }) => [of, count]),
    [[other, 2]],
  );
  assert.deepEqual(await store.remove(), { count: 2, bytes: 2 * ONE });
  assert.deepEqual(readdirSync(dir), []);
});

test('a disk that refuses is said in words, and leaves no half of a file', async (t) => {
  const dir = folder(t);
  const store = await FeatureStore.open(dir);
  await store.put(key(1), bytesOf(1));
  const shard = join(dir, keptPath(key(2)), '..');
  // A file where a folder must be made: what any user meets, root too.
  if (!existsSync(shard)) writeFileSync(shard, '');
  await assert.rejects(store.put(key(2), bytesOf(2)), { code: 'io', message: /could not be kept/ });
  assert.deepEqual(
    readdirSync(dir).filter((name) => name.endsWith('.tmp')),
    [],
  );
  assert.equal(statSync(shard).size, 0);
});
