/** Parquet folders, read back by hyparquet, and their cards against what was written. `test/exporters/readers` has other readers. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { parquetExporter } from '../../../src-main/exporters/parquet/parquet.ts';
import type { ExportOptions, ExportSample } from '../../../src-main/exporters/types.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { drawLabels, exportSample } from '../../support/export-samples.ts';

let dir = '';
before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'fovea-parquet-'));
});
after(() => rm(dir, { recursive: true, force: true }));

const SPOT = drawLabels([
  '........',
  '........',
  '..##....',
  '..#?....',
  ...Array<string>(4).fill('........'),
]);

async function write(samples: Iterable<ExportSample>, options: Partial<ExportOptions> = {}) {
  const place = path.join(await mkdtemp(path.join(dir, 'out-')), 'set');
  const counts = await parquetExporter.export(samples, place, {
    includeUnreviewed: false,
    pictures: 'named',
    ...options,
  });
  const files = (await readdir(place, { recursive: true })).filter((name) => name.includes('.')).sort();
  const card = await readFile(path.join(place, 'README.md'), 'utf8');
  return { place, counts, files, card };
}

async function rows(file: string): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: await asyncBufferFromFile(file), utf8: false });
}

/** A sample with a picture of its own on the disk, of these bytes. */
function withPicture(id: number, bytes: Uint8Array, more: Partial<ExportSample> = {}): ExportSample {
  const sample = exportSample({ id, ...SPOT });
  const at = path.join(dir, 'pictures', `${id}.png`);
  mkdirSync(path.dirname(at), { recursive: true });
  writeFileSync(at, bytes);
  return { ...sample, image: { ...sample.image, path: at }, ...more };
}

test('a row has the picture, the label and what is known of it, nested columns as lists and structs', async () => {
  // No text in any encoding: read as such it would come back changed.
  const bytes = Uint8Array.from([0x89, 0x50, 0xff, 0x00, 0xc3]);
  const { place, counts, files } = await write([withPicture(7, bytes)], { pictures: 'with' });
  assert.deepEqual([counts.done, counts.skipped], [1, {}]);
  assert.deepEqual(files, ['README.md', 'data/dev-00000-of-00001.parquet']);
  const file = path.join(place, files[1]!);
  const [row] = await rows(file);
  assert.deepEqual(row!['image'], { bytes, path: 'scenes/7.png' });
  assert.deepEqual(row!['label'], [...SPOT.label]);
  assert.deepEqual(row!['label_box'], [20, 0, 40, 20]);
  assert.deepEqual(row!['grid'], [8, 8]);
  assert.deepEqual(row!['transform'], { scale_x: 0.1, scale_y: 0.1, offset_x: 0, offset_y: 2 });
  assert.deepEqual([row!['tags'], row!['truth_boxes']], [['a', 'b'], [[0, 0, 10, 10]]]);
  assert.deepEqual([row!['raw_boxes'], row!['denoised_boxes']], [[], [[1, 2, 3, 4]]]);
  assert.deepEqual([row!['fovea'], row!['uncertainty'], row!['disagreement']], [7n, null, 0.25]);
  const { key_value_metadata: entries } = await parquetMetadataAsync(await asyncBufferFromFile(file));
  const { features } = (JSON.parse(entries![0]!.value!) as { info: { features: Record<string, unknown> } })
    .info;
  assert.equal(entries![0]!.key, 'huggingface');
  assert.deepEqual(Object.keys(features), Object.keys(row!), 'in the order of the columns');
  assert.deepEqual(features['image'], { _type: 'Image' });
  assert.deepEqual(features['truth_boxes'], {
    feature: { feature: { dtype: 'float64', _type: 'Value' }, _type: 'Sequence' },
    _type: 'Sequence',
  });
});

test('the card has the splits that were written, each with its number; one without samples is not named', async () => {
  const of = (id: number, split: string | null, state?: ExportSample['state']) => ({
    ...exportSample({ id, ...SPOT, ...(state && { state }) }),
    split,
  });
  const samples = [
    of(1, null),
    of(2, 'test'),
    of(3, 'dev-1'),
    of(4, 'dev 1'),
    of(5, 'all'),
    of(6, 'Test'),
    of(7, 'only rejected', 'rejected'),
    of(8, 'test'),
    of(9, '答案'),
  ];
  const { files, card, place } = await write(samples);
  const numbers = Object.fromEntries(
    [...card.matchAll(/- name: (\w+)\n {4}num_bytes: (\d+)\n {4}num_examples: (\d+)/g)].map((found) => [
      found[1]!,
      Number(found[3]),
    ]),
  );
  // Names that a reader would refuse, or a disk take for one another, are changed and stay apart.
  assert.deepEqual(numbers, { Test_2: 1, dev_1: 1, dev_1_2: 1, split__: 1, split_all: 1, test: 2, train: 1 });
  assert.ok(!card.includes('rejected'));
  for (const [split, count] of Object.entries(numbers)) {
    assert.ok(card.includes(`- split: ${split}\n    path: data/${split}-*`));
    const own = files.filter((file) => file.startsWith(`data/${split}-0`));
    assert.equal(own.length, 1);
    assert.equal((await rows(path.join(place, own[0]!))).length, count);
  }
});

test('shards are closed at their size, every one with the features, and read together as all rows in order', async () => {
  const bytes = new Uint8Array(1000).fill(7);
  const samples = Array.from({ length: 10 }, (_, i) => withPicture(i + 1, bytes));
  const { files, place, card } = await write(samples, { pictures: 'with', shardBytes: 3500 });
  const shards = files.filter((name) => name.endsWith('.parquet'));
  assert.deepEqual(
    shards,
    [0, 1, 2].map((n) => `data/dev-0000${n}-of-00003.parquet`),
  );
  const ids: unknown[] = [];
  for (const shard of shards) {
    const buffer = await asyncBufferFromFile(path.join(place, shard));
    assert.equal((await parquetMetadataAsync(buffer)).key_value_metadata?.[0]?.key, 'huggingface');
    ids.push(...(await rows(path.join(place, shard))).map((row) => row['fovea']));
  }
  assert.deepEqual(
    ids,
    samples.map(({ sampleId }) => BigInt(sampleId)),
  );
  assert.match(card, /num_examples: 10/);
});

test('what people named is no markup in the card; a licence is said as given, or that none is', async () => {
  const sample = exportSample({ ...SPOT });
  const { card } = await write([{ ...sample, review: { ...sample.review!, reviewer: '<b>|`x`\n# y' } }], {
    licence: 'CC BY 4.0',
  });
  assert.ok(card.includes('| \\<b\\>\\|\\`x\\` \\# y | 1 |'));
  assert.match(card, /^---\nlicense: other\n/);
  assert.ok(card.includes('\nCC BY 4.0\n'));
  assert.match((await write([sample])).card, /^---\nlicense: unknown\n/);
});

test('a picture that is gone leaves its sample out, counted; the disk running full leaves nothing', async () => {
  const there = withPicture(1, Uint8Array.of(1));
  const gone = exportSample({ id: 2, ...SPOT });
  const samples = [there, { ...gone, image: { ...gone.image, path: path.join(dir, 'gone.png') } }];
  const { counts } = await write(samples, { pictures: 'with' });
  assert.deepEqual([counts.done, counts.skipped], [1, { picture_unreadable: 1 }]);
  const above = await mkdtemp(path.join(dir, 'full-'));
  const place = path.join(above, 'set');
  await assert.rejects(
    parquetExporter.export([there], place, {
      includeUnreviewed: false,
      beforePlacing: () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })),
    }),
    (thrown) => thrown instanceof FoveaError && thrown.code === 'no_space',
  );
  assert.deepEqual([await readdir(above), existsSync(place)], [[], false]);
});

test('nothing to export makes a card that says so, and no shard', async () => {
  const { files, card } = await write([]);
  assert.deepEqual(files, ['README.md']);
  assert.ok(card.includes('  splits: []\n') && !card.includes('configs:'));
});

test('the same samples make the same bytes', async () => {
  const samples = () => Array.from({ length: 3 }, (_, i) => withPicture(i + 1, Uint8Array.of(i)));
  const [one, other] = [
    await write(samples(), { pictures: 'with' }),
    await write(samples(), { pictures: 'with' }),
  ];
  assert.deepEqual(one.files, other.files);
  for (const name of one.files) {
    assert.deepEqual(
      await readFile(path.join(one.place, name)),
      await readFile(path.join(other.place, name)),
      name,
    );
  }
});
