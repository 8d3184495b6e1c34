import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { decodeFloat16, float16FromBytes } from '../../src-shared/kernels/float16.ts';
import { maskFromRle } from '../../src-shared/kernels/rle.ts';
import { exporters } from '../../src-main/exporters/index.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../../src-shared/contract/export-formats.ts';
import type { ExportOptions, ExportSample } from '../../src-main/exporters/types.ts';
import { openImport } from '../../src-main/importers/index.ts';
import { drawLabels, exportSample } from '../support/export-samples.ts';

let dir = '';
before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'fovea-export-'));
});
after(() => rm(dir, { recursive: true, force: true }));

const SPOT = drawLabels(['........', '..##....', '..#?....', ...Array<string>(5).fill('........')]);

function exporter(format: ExportFormat) {
  const found = exporters.find((e) => e.format === format);
  assert.ok(found);
  return found;
}

async function write(
  format: ExportFormat,
  samples: Iterable<ExportSample> | AsyncIterable<ExportSample>,
  options: Partial<ExportOptions> = {},
) {
  const file = path.join(await mkdtemp(path.join(dir, 'out-')), `export.${format}`);
  const counts = await exporter(format).export(samples, file, { ...PLAIN, ...options });
  const { kind } = EXPORT_FORMATS[format];
  return { counts, file, text: kind === 'file' ? await readFile(file, 'utf8') : '' };
}

const PLAIN: ExportOptions = { includeUnreviewed: false, pictures: 'named' };

/** Something at the place that an export goes to; how to see that it is still there. */
async function occupied(format: ExportFormat) {
  const file = path.join(await mkdtemp(path.join(dir, 'fail-')), 'out');
  const inside = EXPORT_FORMATS[format].kind === 'file' ? file : path.join(file, 'kept');
  if (inside !== file) await mkdir(file);
  await writeFile(inside, 'before');
  return { file, inside };
}

const states = ['accepted', 'corrected', 'rejected', 'pending', 'unlabelled'] as const;
const everyState = () => states.map((state, i) => exportSample({ id: i + 1, ...SPOT, state }));

describe('every format of labels', () => {
  // The audit has every decision in it: see csv.test.ts.
  for (const { format } of exporters.filter(({ format }) => EXPORT_FORMATS[format].audit !== 'always')) {
    it(`${format}: accepted and corrected go out, rejected never, unreviewed when asked`, async () => {
      const plain = await write(format, everyState());
      assert.equal(plain.counts.done, 2);
      assert.deepEqual(plain.counts.skipped, { rejected: 1, unreviewed: 2 });
      const all = await write(format, everyState(), { includeUnreviewed: true });
      assert.equal(all.counts.done, 3);
      assert.deepEqual(all.counts.skipped, { rejected: 1, no_prediction: 1 });
    });

    it(`${format}: what carries nothing is left out and counted, however it came to be accepted`, async () => {
      const label = new Int8Array(64).fill(-100);
      const samples = [
        exportSample({ id: 1, ...SPOT }),
        exportSample({ id: 2, label }),
        exportSample({ id: 3, label, state: 'corrected' }),
      ];
      const { counts } = await write(format, samples);
      assert.deepEqual([counts.done, counts.skipped], [1, { label_carries_nothing: 2 }]);
    });
  }
});

describe('every format', () => {
  for (const { format } of exporters) {
    it(`${format}: labels of several runs in one file are counted by run`, async () => {
      const one = exportSample({ id: 1, ...SPOT });
      const other = exportSample({ id: 2, ...SPOT });
      const { counts } = await write(format, [one, { ...other, run: { ...other.run!, id: 7 } }]);
      assert.deepEqual(counts.runs, { 3: 1, 7: 1 });
    });

    it(`${format}: a failure in the middle leaves the old file and nothing else`, async () => {
      const { file, inside } = await occupied(format);
      const failing = (function* () {
        yield exportSample(SPOT);
        throw new Error('the store broke');
      })();
      await assert.rejects(exporter(format).export(failing, file, PLAIN), /the store broke/);
      assert.equal(await readFile(inside, 'utf8'), 'before');
      assert.deepEqual(await readdir(path.dirname(file)), ['out']);
    });

    it(`${format}: cancelling stops and leaves nothing`, async () => {
      const abort = new AbortController();
      const file = path.join(await mkdtemp(path.join(dir, 'stop-')), 'out');
      const seen: number[] = [];
      const running = exporter(format).export(everyState(), file, {
        ...PLAIN,
        includeUnreviewed: true,
        signal: abort.signal,
        onProgress: (n) => {
          seen.push(n);
          if (n === 2) abort.abort();
        },
      });
      await assert.rejects(running, (e) => e instanceof FoveaError && e.code === 'cancelled');
      assert.deepEqual(seen, [1, 2]);
      assert.deepEqual(await readdir(path.dirname(file)), []);
    });
  }

  it('folders that are missing, in the way or locked have their codes', async () => {
    const run = (file: string) => exporter('jsonl').export([], file, { includeUnreviewed: false });
    const code = (expected: string) => (e: unknown) =>
      e instanceof FoveaError && e.code === expected && e.next !== null;
    await assert.rejects(run(path.join(dir, 'no', 'where', 'x')), code('not_found'));
    await assert.rejects(run(dir), code('bad_input'));
    await assert.rejects(run('/proc/version/x'), code('not_found'));
    const locked = path.join(dir, 'locked');
    await mkdir(locked, { mode: 0o500 });
    // Root may write anywhere, so only others can see this one fail.
    if (process.getuid?.() !== 0) await assert.rejects(run(path.join(locked, 'x')), code('read_only'));
    await chmod(locked, 0o700);
  });

  it('a label that does not fit its grid is left out and counted', async () => {
    const { counts } = await write('jsonl', [exportSample({ grid: [8, 8], label: [1, 0] })]);
    assert.deepEqual(counts.skipped, { label_does_not_fit_grid: 1 });
  });
});

describe('jsonl', () => {
  it('has every field, arrays included', async () => {
    const grounding = Float32Array.from({ length: 64 }, (_, i) => i / 64);
    const { text, counts } = await write('jsonl', [exportSample({ ...SPOT, state: 'corrected', grounding })]);
    assert.deepEqual(counts, { done: 1, skipped: {}, notes: {}, runs: { 3: 1 } });
    const line = JSON.parse(text) as {
      schema: string;
      label: number[];
      prediction: { maps: Record<string, { dtype: string; shape: number[]; base64: string } | null> };
      [field: string]: unknown;
    };
    assert.equal(line.schema, 'fovea.sample/2');
    assert.deepEqual(line.label, [...SPOT.label]);
    assert.deepEqual(
      [line['state'], line['label_source'], line['grid'], line['image_size_wh']],
      ['corrected', 'review', [8, 8], [80, 40]],
    );
    assert.deepEqual(line['transform'], { scale_x: 0.1, scale_y: 0.1, offset_x: 0, offset_y: 2 });
    const map = line.prediction.maps['grounding']!;
    assert.deepEqual([map.dtype, map.shape], ['<f2', [8, 8]]);
    const decoded = decodeFloat16(float16FromBytes(Buffer.from(map.base64, 'base64')));
    assert.deepEqual(decoded, grounding);
    assert.equal(line.prediction.maps['rpn_logits'], null);
    const { review, run } = line as unknown as {
      review: { reviewer: string };
      run: { preset: { labels: object } };
    };
    assert.equal(review.reviewer, 'ada');
    assert.equal(Object.keys(run.preset.labels).length, 5);
  });

  it('can be imported again as question JSONL', async () => {
    const { file } = await write('jsonl', [exportSample({ id: 4, ...SPOT })]);
    const { items } = await openImport(file);
    for await (const item of items) {
      assert.ok(item.ok);
      assert.deepEqual(item.record, {
        externalId: 'q-4',
        picture: { in: 'folder', path: 'scenes/4.png' },
        question: 'quelle est la réponse 4 ? 答案',
        referenceAnswer: 'truth',
        language: 'fr',
        split: 'dev',
        tags: ['a', 'b'],
        truthBoxes: [[0, 0, 10, 10]],
      });
    }
  });
});

interface Coco {
  categories: { id: number; name: string }[];
  images: { id: number; file_name: string; width: number; height: number }[];
  annotations: {
    id: number;
    image_id: number;
    category_id: number;
    bbox: number[];
    area: number;
    segmentation: { size: [number, number]; counts: number[] };
  }[];
}

describe('coco', () => {
  it('boxes and masks are in source pixels, on the picture, less the padding', async () => {
    const { grid, label } = drawLabels([
      '##......',
      '##......',
      '##......',
      ...Array<string>(5).fill('........'),
    ]);
    const { text } = await write('coco', [exportSample({ grid, label })]);
    const coco = JSON.parse(text) as Coco;
    assert.deepEqual(coco.categories[0]?.name, 'roi');
    assert.deepEqual(coco.images, [{ id: 1, file_name: 'scenes/1.png', width: 80, height: 40 }]);
    const [annotation] = coco.annotations;
    // Rows 0 and 1 are padding of the 80×40 picture; row 2 is pixels 0..9.
    assert.deepEqual(annotation?.bbox, [0, 0, 20, 10]);
    assert.equal(annotation?.area, 200);
    assert.deepEqual(annotation?.segmentation.size, [40, 80]);
    const mask = maskFromRle(annotation!.segmentation);
    assert.equal(
      mask.reduce((a, b) => a + b, 0),
      200,
    );
    assert.deepEqual([mask[0], mask[19], mask[20], mask[9 * 80], mask[10 * 80]], [1, 1, 0, 1, 0]);
  });

  it('lists a picture once, whatever its questions; none for no box', async () => {
    const one = exportSample({ id: 1, ...SPOT });
    const two = { ...exportSample({ id: 2, ...SPOT }), image: one.image };
    const none = exportSample({ id: 3, label: new Int8Array(64) });
    const ignore = exportSample({ id: 4, label: new Int8Array(64).fill(-100).fill(0, 0, 3) });
    const { text, counts } = await write('coco', [one, two, none, ignore]);
    assert.deepEqual(counts, {
      done: 3,
      skipped: { not_expressible_ignore_without_fg: 1 },
      notes: { image_without_box: 1 },
      runs: { 3: 3 },
    });
    const coco = JSON.parse(text) as Coco;
    assert.deepEqual(
      coco.annotations.map((a) => [a.id, a.image_id]),
      [
        [1, 1],
        [2, 1],
      ],
    );
    assert.deepEqual(
      coco.images.map((i) => i.file_name),
      ['scenes/1.png', 'scenes/3.png'],
    );
  });

  it('polygons have the area of the runs, a part each, holes as a line there and back', async () => {
    const { grid, label } = drawLabels([
      '........',
      '........',
      '.###..#.',
      '.#.#....',
      '.###....',
      ...Array<string>(3).fill('........'),
    ]);
    const samples = [exportSample({ grid, label })];
    const runs = JSON.parse((await write('coco', samples)).text) as Coco;
    const { annotations } = JSON.parse((await write('coco', samples, { shape: 'polygons' })).text) as Omit<
      Coco,
      'annotations'
    > & { annotations: (Omit<Coco['annotations'][0], 'segmentation'> & { segmentation: number[][] })[] };
    const areas = annotations[0]!.segmentation.map((line) =>
      line.reduce((sum, x, i) => {
        if (i % 2) return sum;
        const next = (i + 2) % line.length;
        return sum + (x * line[next + 1]! - line[next]! * line[i + 1]!) / 2;
      }, 0),
    );
    assert.deepEqual(areas, [800, 100]);
    assert.equal(annotations[0]!.area, runs.annotations[0]!.area);
    assert.deepEqual(annotations[0]!.segmentation[1], [60, 0, 70, 0, 70, 10, 60, 10]);
  });

  it('an export of nothing is still COCO', async () => {
    const coco = JSON.parse((await write('coco', [])).text) as Coco;
    assert.deepEqual([coco.images, coco.annotations], [[], []]);
  });
});
