import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { express } from '../../src-main/exporters/expressible.ts';
import { pickleRecord } from '../../src-main/exporters/pickle.ts';
import { sdrpnExporter } from '../../src-main/exporters/sdrpn.ts';
import type { ExportCounts, ExportSample } from '../../src-main/exporters/types.ts';
import { labelLlava } from '../../src-shared/kernels/labels/llava.ts';
import { drawLabels, exportSample, PRESET } from '../support/export-samples.ts';
import { golden } from '../support/goldens.ts';
import { python } from '../support/python.ts';

const QWEN = {
  ...PRESET,
  family: 'qwen2_5_vl' as const,
  labels: { ...PRESET.labels, variant: 'qwen' as const, sinkThresh: 1e-2 },
};

interface Loaded {
  labels: number[];
  types: Record<string, string>;
  dtypes: Record<string, string>;
  shapes: Record<string, number[]>;
  texts: Record<string, string>;
  first: Record<string, number>;
}

let dir = '';
before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'fovea-sdrpn-'));
});
after(() => rm(dir, { recursive: true, force: true }));

let files = 0;
async function roundTrip(
  samples: ExportSample[],
  variant: 'llava' | 'qwen' = 'llava',
): Promise<{ counts: ExportCounts; records: Loaded[] }> {
  const file = path.join(dir, `${files++}.pkl`);
  const counts = await sdrpnExporter.export(samples, file, { includeUnreviewed: false });
  const [rows, cols] = samples[0]!.prediction!.grid;
  const written = samples.map((s) => `${s.image.width}x${s.image.height}`).slice(0, counts.done);
  const out = await python('rederive_labels.py', [file, variant, String(rows), String(cols), ...written]);
  return {
    counts,
    records: out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Loaded),
  };
}

describe('sdrpn export, read back by Python', () => {
  it('has the fields of METHOD §7 with their types', async () => {
    const { grid, label } = drawLabels([
      '........',
      '..##....',
      '..#?....',
      ...Array<string>(5).fill('........'),
    ]);
    const { records, counts } = await roundTrip([exportSample({ grid, label })]);
    assert.deepEqual(counts, {
      done: 1,
      skipped: {},
      notes: { synthetic_maps: 1, grid_not_24x24: 1 },
      runs: { 3: 1 },
    });
    assert.deepEqual(records[0]?.types, {
      question_id: 'str',
      prompt: 'str',
      text: 'str',
      image: 'str',
      sink_attn: 'ndarray',
      grounding_attn_o2i: 'ndarray',
    });
    assert.deepEqual(records[0]?.texts, {
      question_id: 'q-1',
      prompt: 'quelle est la réponse 1 ? 答案',
      text: 'answer 1',
      image: 'scenes/1.png',
    });
    assert.deepEqual(records[0]?.dtypes, { sink_attn: '<f4', grounding_attn_o2i: '<f4' });
    assert.deepEqual(records[0]?.shapes, { sink_attn: [64], grounding_attn_o2i: [64] });
    assert.deepEqual(records[0]?.labels, [...label]);
  });

  it('an export of nothing is an empty list', async () => {
    const { records, counts } = await roundTrip([
      exportSample({ label: new Int8Array(64), state: 'rejected' }),
    ]);
    assert.deepEqual(records, []);
    assert.deepEqual(counts, { done: 0, skipped: { rejected: 1 }, notes: {}, runs: {} });
  });

  it('predicted labels of the goldens go out with their own maps and come back the same', async () => {
    const params = { sinkThresh: 1e-3, binaryCoff: 0.2, bgCoff: 0.1, maxRatioLimit: 0.5 };
    const samples = golden('labels_llava').flatMap((c, i) => {
      const sample = exportSample({
        id: i + 1,
        grid: c.grid,
        label: new Int8Array(576),
        grounding: c.grounding,
        sink: c.sink,
      });
      // As the pipeline does: quantise first, then label.
      const { grounding, sink } = sample.prediction!.maps;
      const decode = (bits: Uint16Array) => Float32Array.from(bits, (b) => float16(b));
      const result = labelLlava(decode(grounding!.bits), decode(sink!.bits), c.grid, params);
      if (result.dropped) return [];
      const relabelled = exportSample({
        id: i + 1,
        grid: c.grid,
        label: result.labels,
        grounding: c.grounding,
        sink: c.sink,
      });
      return [relabelled];
    });
    assert.ok(samples.length > 20);
    const { records, counts } = await roundTrip(samples);
    assert.deepEqual(counts, {
      done: samples.length,
      skipped: {},
      notes: { original_maps: samples.length },
      runs: { 3: samples.length },
    });
    samples.forEach((s, i) => assert.deepEqual(records[i]?.labels, [...s.review!.label!], s.externalId));
  });

  it('a corrected label gets made-up maps; bg inside its box comes back as ignore, counted', async () => {
    const { grid, label } = drawLabels([
      '........',
      '..#.#...',
      '..?..?..',
      ...Array<string>(5).fill('........'),
    ]);
    const grounding = new Float32Array(64);
    grounding[0] = 1;
    const { records, counts } = await roundTrip([
      exportSample({ grid, label, state: 'corrected', grounding, sink: new Float32Array(64) }),
    ]);
    assert.equal(counts.notes['bg_inside_box_to_ignore'], 1);
    assert.equal(counts.notes['synthetic_maps'], 1);
    const want = [...label];
    want[8 + 3] = -100;
    assert.deepEqual(records[0]?.labels, want);
  });

  it('Qwen: square maps, a ring to ignore, ignore on padding back to bg, all counted', async () => {
    // 8×8 of an 80×40 picture: rows 2..5 are picture.
    const { grid, label } = drawLabels([
      '?.......',
      '........',
      '........',
      '...##...',
      '........',
      '.....?..',
      '........',
      '........',
    ]);
    const { records, counts } = await roundTrip([exportSample({ grid, label, preset: QWEN })], 'qwen');
    assert.deepEqual(counts.notes, {
      bg_inside_box_to_ignore: 10,
      ignore_on_padding_to_bg: 1,
      synthetic_maps: 1,
    });
    assert.deepEqual(records[0]?.shapes['grounding_attn_o2i'], [8, 8]);
    const want = drawLabels([
      '........',
      '........',
      '..????..',
      '..?##?..',
      '..????..',
      '.....?..',
      '........',
      '........',
    ]).label;
    assert.deepEqual(records[0]?.labels, [...want]);
  });

  it('any label either comes back from Python as counted or is refused', async () => {
    const marks = fc.array(fc.constantFrom(0, 0, 0, 0, 1, -100), { minLength: 25, maxLength: 25 });
    const labels = fc.sample(marks, { numRuns: 150, seed: 7 }).map((m) => Int8Array.from(m));
    // Blank out most rows, or nearly every box would be half of the grid.
    labels.forEach((label, i) => label.fill(0, 0, (i % 3) * 5).fill(0, 10 + (i % 4) * 5));
    for (const variant of ['llava', 'qwen'] as const) {
      const samples = labels.map((label, i) =>
        exportSample({
          id: i + 1,
          grid: [5, 5],
          size: [50, 50],
          label,
          ...(variant === 'qwen' && { preset: QWEN }),
        }),
      );
      const { records, counts } = await roundTrip(samples, variant);
      const skipped = Object.values(counts.skipped).reduce((a, b) => a + b, 0);
      assert.equal(counts.done + skipped, samples.length);
      assert.equal(records.length, counts.done);
      assert.ok(counts.done > 10 && skipped > 10, `${counts.done} done, ${skipped} refused`);
      const byId = new Map(samples.map((s) => [s.externalId, s.review!.label!]));
      let changed = 0;
      for (const record of records) {
        const label = byId.get(record.texts['question_id']!)!;
        record.labels.forEach((value, i) => {
          if (value === label[i]) return;
          changed++;
          assert.equal(`${label[i]}→${value}`, '0→-100');
        });
      }
      assert.equal(changed, counts.notes['bg_inside_box_to_ignore'] ?? 0);
    }
  });
});

describe('what maps cannot say', () => {
  const reason = (rows: string[], variant: 'llava' | 'qwen' = 'llava', size: [number, number] = [80, 80]) => {
    const { grid, label } = drawLabels(rows);
    const result = express({ variant, grid, imageSize: size, label, grounding: null, sink: null });
    return 'reason' in result ? result.reason : null;
  };

  it('is refused by name', () => {
    assert.equal(reason(['....', '..?.']), 'not_expressible_ignore_without_fg');
    assert.equal(reason(['....', '....']), 'not_expressible_all_bg');
    assert.equal(reason(['##..', '##..']), 'not_expressible_box_half_of_grid');
    assert.equal(reason(['#...', '....']), null);
    assert.equal(reason(['#...', '....'], 'qwen'), 'not_expressible_grid_not_square');
    const square = ['#...', '....', '....', '....'];
    assert.equal(reason(square, 'qwen', [80, 40]), 'not_expressible_fg_on_padding');
    assert.equal(reason(square, 'qwen'), null);
    const wide = ['....', '.#..', '....', '....'];
    assert.equal(reason(wide), null);
    assert.equal(reason(wide, 'qwen'), 'not_expressible_box_half_of_grid', 'the widened box counts');
  });

  it('counts refusals and goes on', async () => {
    const bad = drawLabels(['....', '..?.']);
    const good = drawLabels(['#...', '....']);
    const samples = [bad, good, bad].map(({ grid, label }, i) => exportSample({ id: i + 1, grid, label }));
    const counts = await sdrpnExporter.export(samples, path.join(dir, 'mixed.pkl'), {
      includeUnreviewed: false,
    });
    assert.deepEqual(counts, {
      done: 1,
      skipped: { not_expressible_ignore_without_fg: 2 },
      notes: { synthetic_maps: 1, grid_not_24x24: 1 },
      runs: { 3: 1 },
    });
  });
});

describe('pickle', () => {
  it('refuses an array whose shape does not fit', () => {
    assert.throws(() => pickleRecord({ a: { shape: [2, 2], data: new Float32Array(3) } }), RangeError);
  });
});

/** Decoded apart from the kernel, through the platform's own conversion. */
function float16(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  return sign * (exponent ? 2 ** (exponent - 25) * (1024 + fraction) : 2 ** -24 * fraction);
}
