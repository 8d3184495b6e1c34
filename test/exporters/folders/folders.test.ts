/** YOLO, masks, WebDataset and Q-Zoom's questions, read back by what is written here from their formats' own words. */
import assert from 'node:assert/strict';
import { readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { exporters } from '../../../src-main/exporters/index.ts';
import type { ExportOptions, ExportSample } from '../../../src-main/exporters/types.ts';
import type { ExportFormat } from '../../../src-shared/contract/export-formats.ts';
import { drawLabels, exportSample } from '../../support/export-samples.ts';

let dir = '';
before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'fovea-folders-'));
});
after(() => rm(dir, { recursive: true, force: true }));

const EMPTY = Array<string>(4).fill('........');
/** Row 2 of the squared grid is where the 80×40 picture begins; a cell is 10 pixels. */
const SPOT = drawLabels(['........', '........', '..##....', '..##....', ...EMPTY]);

async function write(
  format: ExportFormat,
  samples: readonly ExportSample[],
  options: Partial<ExportOptions> = {},
) {
  const place = path.join(await mkdtemp(path.join(dir, 'out-')), 'set');
  const exporter = exporters.find((one) => one.format === format)!;
  const counts = await exporter.export(samples, place, { includeUnreviewed: false, ...options });
  return { place, counts, read: (name: string) => readFileSync(path.join(place, name), 'utf8') };
}

async function filesOf(place: string): Promise<string[]> {
  const entries = await readdir(place, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(place, path.join(entry.parentPath, entry.name)))
    .sort();
}

function inSplit(id: number, split: string | null, drawn = SPOT): ExportSample {
  return { ...exportSample({ id, ...drawn }), split };
}

test('yolo: an outline along the edges of pixels as shares of the picture; samples of one picture are lines of one file', async () => {
  const [one, two] = [inSplit(1, 'train'), { ...inSplit(2, 'train'), image: inSplit(1, null).image }];
  const { place, counts, read } = await write('yolo', [one, two, inSplit(3, 'dev')]);
  assert.deepEqual(await filesOf(place), [
    'data.yaml',
    'images/dev/000000002.ts',
    'images/train/000000001.ts',
    'labels/dev/000000002.txt',
    'labels/train/000000001.txt',
    'samples.jsonl',
  ]);
  const line = '0 0.25 0 0.5 0 0.5 0.5 0.25 0.5\n';
  assert.equal(read('labels/train/000000001.txt'), line + line);
  assert.deepEqual([counts.done, counts.notes], [3, {}]);
  const yaml = read('data.yaml');
  assert.match(yaml, /\ntrain: images\/train\nval: images\/dev\nnames:\n {2}0: roi\n$/);
  assert.ok(!/^path:/m.test(yaml), 'the folder of the file is meant, wherever it is put');
  const [first] = read('samples.jsonl').split('\n');
  const about = JSON.parse(first!) as Record<string, unknown>;
  assert.deepEqual([about['file'], about['image']], ['images/train/000000001.ts', 'scenes/1.png']);
});

test('yolo: boxes when asked; a picture as EXIF turns it; links; no region is an empty file', async () => {
  const none = drawLabels(['........', '........', ...EMPTY, '........', '........']);
  const boxes = await write('yolo', [inSplit(1, null), inSplit(2, null, none)], {
    shape: 'boxes',
    pictures: 'linked',
  });
  assert.equal(boxes.read('labels/train/000000001.txt'), '0 0.375 0.25 0.25 0.5\n');
  assert.equal(boxes.read('labels/train/000000002.txt'), '');
  assert.deepEqual(boxes.counts.notes, { image_without_box: 1 });
  const image = inSplit(1, null).image.path;
  assert.equal(readlinkSync(path.join(boxes.place, 'images/train/000000001.ts')), image);
  assert.match(boxes.read('data.yaml'), /\ntrain: images\/train\n# [^\n]+\nval: images\/train\n/);
  // A quarter turn to the right: what was at the left of 80×40 is at the top of 40×80.
  const turned = await write('yolo', [inSplit(1, null)], {
    shape: 'boxes',
    orientationOf: () => Promise.resolve(6),
  });
  assert.equal(turned.read('labels/train/000000001.txt'), '0 0.75 0.375 0.5 0.25\n');
  assert.deepEqual(turned.counts.notes, { turned_upright: 1 });
});

test('yolo: parts and holes are joined by a line there and back, and counted', async () => {
  const ring = drawLabels(['........', '........', '.###....', '.#.#..#.', '.###....', ...EMPTY.slice(1)]);
  const { read, counts } = await write('yolo', [inSplit(1, null, ring)]);
  const [kind, ...numbers] = read('labels/train/000000001.txt').trim().split(' ').map(Number);
  const corners = numbers.flatMap((x, i) => (i % 2 ? [] : [[x * 80, numbers[i + 1]! * 40]]));
  const area = corners.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = corners[(i + 1) % corners.length]!;
    return sum + (x! * nextY! - nextX! * y!) / 2;
  }, 0);
  assert.deepEqual([kind, area], [0, 900]);
  assert.deepEqual(counts.notes, { parts_joined_by_a_line: 1, holes_joined_by_a_line: 1 });
});

/** A grey PNG of 8 bits without filters: what its chunks say. */
function readPng(bytes: Buffer): { size: [number, number]; pixels: number[][] } {
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  assert.deepEqual([...bytes.subarray(24, 29)], [8, 0, 0, 0, 0]);
  const length = bytes.readUInt32BE(33);
  assert.equal(bytes.toString('latin1', 37, 41), 'IDAT');
  const rows = inflateSync(bytes.subarray(41, 41 + length));
  const pixels = Array.from({ length: height }, (_, y) => {
    assert.equal(rows[y * (width + 1)], 0);
    return [...rows.subarray(y * (width + 1) + 1, (y + 1) * (width + 1))];
  });
  return { size: [width, height], pixels };
}

test('masks: values as chosen and as the list says, in stored pixels, one for each sample', async () => {
  const drawn = drawLabels(['........', '........', '#.......', '?.......', ...EMPTY]);
  const counts: Record<number, number>[] = [];
  for (const options of [
    {},
    { maskValues: 'one' },
    { maskIgnore: 'apart' },
    { maskValues: 'one', maskIgnore: 'apart' },
  ] as const) {
    const { place, read } = await write('masks', [inSplit(7, null, drawn)], {
      pictures: 'named',
      ...options,
    });
    assert.deepEqual(await filesOf(place), ['masks/000000007.png', 'samples.jsonl']);
    const { size, pixels } = readPng(await readFile(path.join(place, 'masks/000000007.png')));
    assert.deepEqual(size, [80, 40]);
    const found: Record<number, number> = {};
    for (const value of pixels.flat()) found[value] = (found[value] ?? 0) + 1;
    counts.push(found);
    const { values } = JSON.parse(read('samples.jsonl').split('\n')[0]!) as {
      values: { foreground: number; ignore: number | null };
    };
    assert.equal(found[values.foreground], 100);
    assert.equal(pixels[9]![9], values.foreground);
    assert.equal(pixels[10]![0], values.ignore ?? 0);
  }
  assert.deepEqual(counts, [
    { 0: 3100, 255: 100 },
    { 0: 3100, 1: 100 },
    { 0: 3000, 128: 100, 255: 100 },
    { 0: 3000, 1: 100, 255: 100 },
  ]);
});

/** Members of a ustar archive, in their order. */
function readTar(bytes: Buffer): [name: string, data: Buffer][] {
  const members: [string, Buffer][] = [];
  for (let at = 0; bytes[at] !== 0;) {
    const header = bytes.subarray(at, at + 512);
    assert.equal(header.toString('latin1', 257, 263), 'ustar\0');
    const told = Number.parseInt(header.toString('latin1', 148, 154), 8);
    const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
    assert.equal(sum, told);
    const length = Number.parseInt(header.toString('latin1', 124, 135), 8);
    const name = header.toString('latin1', 0, 100).replace(/\0+$/, '');
    members.push([name, bytes.subarray(at + 512, at + 512 + length)]);
    at += 512 + Math.ceil(length / 512) * 512;
  }
  assert.equal(bytes.length % 512, 0);
  return members;
}

test('webdataset: every sample has the same members side by side, and the same keys of one type, none null', async () => {
  const bare: ExportSample = {
    ...inSplit(2, 'train'),
    referenceAnswer: null,
    language: null,
    tags: [],
    truthBoxes: [],
  };
  const picture = path.join(dir, 'img.v1.png');
  await writeFile(picture, 'bytes of it');
  const dotted = inSplit(1, 'train');
  const samples = [
    { ...dotted, image: { ...dotted.image, name: 'img.v1.png', path: picture } },
    bare,
    inSplit(3, 'test'),
  ];
  const { place } = await write('webdataset', samples);
  assert.deepEqual(await filesOf(place), ['test-000000.tar', 'train-000000.tar']);
  const members = readTar(await readFile(path.join(place, 'train-000000.tar')));
  assert.deepEqual(
    members.map(([name]) => name),
    ['000000001.jpg', '000000001.json', '000000002.jpg', '000000002.json'],
  );
  assert.equal(members[0]![1].toString(), 'bytes of it');
  const [one, two] = [1, 3].map((i) => JSON.parse(members[i]![1].toString()) as Record<string, unknown>);
  assert.equal(one!['image'], 'img.v1.png');
  assert.deepEqual(Object.keys(one!), Object.keys(two!));
  for (const [key, value] of Object.entries(two!)) {
    assert.ok(value !== null, key);
    assert.equal(typeof value, typeof one![key], key);
  }
  const small = await write('webdataset', samples, { shardBytes: 1 });
  assert.deepEqual(await filesOf(small.place), ['test-000000.tar', 'train-000000.tar', 'train-000001.tar']);
});

test('qzoom: the questions alone, with data set and mode as they came in, and ids that come once', async () => {
  const samples = [
    { ...exportSample({ id: 1, ...SPOT }), tags: ['dataset:textvqa', 'mode:natural', 'x'] },
    { ...exportSample({ id: 2, ...SPOT }), externalId: 'q-1' },
  ];
  const place = path.join(dir, 'questions.jsonl');
  const counts = await exporters
    .find(({ format }) => format === 'qzoom')!
    .export(samples, place, { includeUnreviewed: false });
  const lines = readFileSync(place, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  assert.deepEqual(lines, [
    {
      uid: 'q-1',
      question_id: 'q-1',
      dataset: 'textvqa',
      image: 'scenes/1.png',
      text: 'quelle est la réponse 1 ? 答案',
      mode: 'natural',
      short_prompt: true,
      max_new_tokens: 8,
    },
    {
      uid: 'q-1#2',
      question_id: 'q-1',
      dataset: 'fovea',
      image: 'scenes/2.png',
      text: 'quelle est la réponse 2 ? 答案',
      mode: 'textual',
      short_prompt: true,
      max_new_tokens: 8,
    },
  ]);
  assert.deepEqual(counts.notes, { uid_made_unique: 1 });
});
