import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { roiCommand } from '../../../../src-main/app/cli/roi/roi.ts';
import { sigmoid } from '../../../../src-shared/kernels/sigmoid.ts';
import { golden } from '../../../support/goldens.ts';
import { madeUpLogits, qzoomGolden } from '../../../support/qzoom.ts';

class Collect extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

async function run(args: string[], input: string | Iterable<string | Buffer>) {
  const out = new Collect();
  const err = new Collect();
  const code = await roiCommand(args, Readable.from(typeof input === 'string' ? [input] : input), out, err);
  const lines = out.text.split('\n').filter(Boolean);
  return { code, err: err.text, lines: lines.map((l) => JSON.parse(l) as Record<string, unknown>) };
}

/** Splits a golden into what goes in and what must come out. */
function cut<T extends object>(cases: T[], outputs: (keyof T)[]): { input: string; want: Partial<T>[] } {
  const pick = (c: T, keep: boolean) =>
    Object.fromEntries(
      Object.entries(c).filter(([k]) => outputs.includes(k as keyof T) === keep),
    ) as Partial<T>;
  return {
    input: cases.map((c) => JSON.stringify(pick(c, false))).join('\n'),
    want: cases.map((c) => pick(c, true)),
  };
}

const LABEL_CASE = {
  grid: [1, 4],
  params: { sink_thresh: 1e-3, binary_coff: 0.2, bg_coff: 0.1, max_ratio_limit: 0.5 },
  grounding: [1, 0, 0, 0],
  sink: [0, 0, 0, 0],
};

describe('fovea roi', () => {
  it('labels: answers the goldens, LLaVA and Qwen', async () => {
    const llava = cut(golden('labels_llava'), [
      'labels',
      'fg_bbox_rows_cols_inclusive',
      'num_fg',
      'num_bg',
      'num_sink',
    ]);
    const got = await run(['labels', '--variant', 'llava'], llava.input);
    assert.equal(got.code, 0);
    got.lines.forEach(({ dropped, ...rest }, i) => {
      assert.deepEqual(rest, llava.want[i]);
      assert.equal(dropped === null, rest['num_fg'] !== 0);
    });
    const qwen = cut(golden('labels_qwen'), ['labels', 'fg_bbox_rows_cols_inclusive']);
    const qwenGot = await run(['labels', '--variant=qwen'], qwen.input);
    assert.deepEqual(
      qwenGot.lines.map(({ dropped: _, ...rest }) => rest),
      qwen.want,
    );
  });

  it('boxes: by Q-Zoom’s rules where a Qwen case says so', async () => {
    const { sweep } = await qzoomGolden();
    const cases = sweep.slice(0, 40).map(({ grid, size, turn, threshold }) => ({
      grid,
      probs: [...sigmoid(madeUpLogits(grid, turn))],
      conf_thresh: threshold,
      image_size_wh: size,
      rules: 'q-zoom',
    }));
    const got = await run(['boxes', '--variant', 'qwen'], cases.map((c) => JSON.stringify(c)).join('\n'));
    assert.deepEqual(
      got.lines.map((line) => [line['surrounding_box_feat_xyxy'], line['surrounding_box_image_xyxy']]),
      sweep.slice(0, 40).map(({ cells, box }) => [cells, box]),
    );
  });

  it('boxes: answers the goldens, LLaVA and Qwen', async () => {
    const llava = cut(golden('roi_boxes'), ['boxes_feat_xyxy', 'boxes_image_xyxy']);
    assert.deepEqual((await run(['boxes', '--variant', 'llava'], llava.input)).lines, llava.want);
    const qwen = cut(golden('roi_mask_qwen'), ['blurred', 'mask_count', 'surrounding_box_feat_xyxy']);
    const got = await run(['boxes', '--variant', 'qwen'], qwen.input);
    got.lines.forEach(({ blurred, ...rest }, i) => {
      const { blurred: wanted, ...others } = qwen.want[i]!;
      assert.deepEqual(rest, others);
      (blurred as number[]).forEach((v, k) => assert.ok(Math.abs(v - wanted![k]!) <= 1e-6));
    });
  });

  it('labels: says which rule dropped a case, in the order empty_answer, area, low_max', async () => {
    const lines = [
      { ...LABEL_CASE, grounding: null },
      { ...LABEL_CASE, grounding: [0, 0, 0, 0] },
      { ...LABEL_CASE, grounding: [1, 1, 0, 0] },
      LABEL_CASE,
    ];
    const got = await run(['labels', '--variant', 'llava'], lines.map((l) => JSON.stringify(l)).join('\r\n'));
    assert.deepEqual(
      got.lines.map((l) => l['dropped']),
      [
        { rule: 'empty_answer', value: 0, limit: 1 },
        { rule: 'area', value: 1, limit: 0.5 },
        { rule: 'area', value: 0.5, limit: 0.5 },
        null,
      ],
    );
    const map = new Array<number>(64).fill(0);
    map[27] = 1e-3;
    const low = { ...LABEL_CASE, grid: [8, 8], grounding: map, sink: null, image_size_wh: [8, 8] };
    const qwen = await run(['labels', '--variant', 'qwen'], JSON.stringify(low));
    assert.deepEqual(qwen.lines[0]?.['dropped'], { rule: 'low_max', value: 1e-3, limit: 5e-3 });
  });

  it('boxes: works for other grids, with the limits left to it', async () => {
    const map = new Array<number>(20 * 30).fill(0);
    for (const r of [5, 6, 7]) for (const c of [10, 11, 12]) map[r * 30 + c] = 1;
    const one = { grid: [20, 30], map, conf_thresh: 0.5, image_size_wh: [336, 336] };
    const got = await run(['boxes', '--variant', 'llava'], JSON.stringify(one));
    assert.deepEqual(got.lines[0]?.['boxes_feat_xyxy'], [[10, 5, 13, 8]]);
    const qwen = { grid: [20, 30], probs: map, conf_thresh: 0.5, image_size_wh: [600, 200] };
    const box = await run(['boxes', '--variant', 'qwen'], JSON.stringify(qwen));
    assert.deepEqual(box.lines[0]?.['surrounding_box_image_xyxy'], [200, 50, 260, 80]);
  });

  const good = JSON.stringify(LABEL_CASE);
  const malformed: [string, string | Buffer, RegExp][] = [
    ['broken JSON', '{"grid":', /not valid JSON/],
    ['a list', '[]', /expected object/],
    ['a missing field', JSON.stringify({ ...LABEL_CASE, grounding: undefined }), /grounding is missing/],
    ['a short map', JSON.stringify({ ...LABEL_CASE, grounding: [1] }), /1 values.*needs 4/],
    ['a short sink map', JSON.stringify({ ...LABEL_CASE, sink: [1] }), /sink has 1 values/],
    ['infinity', good.replace('[1,0,0,0]', '[1e999,0,0,0]'), /grounding\.0/],
    ['text for a number', good.replace('[1,0,0,0]', '["1",0,0,0]'), /grounding\.0/],
    ['a grid of zero', good.replace('[1,4]', '[0,4]'), /grid\.0/],
    ['a fraction over one', good.replace('"bg_coff":0.1', '"bg_coff":1.5'), /params\.bg_coff/],
    ['a negative threshold', good.replace('0.001', '-0.001'), /params\.sink_thresh/],
    ['bytes that are not text', Buffer.from([0xff, 0xfe, 0x0a]), /UTF-8/],
  ];
  for (const [name, line, message] of malformed) {
    it(`stops at ${name} with its number, exit 2, after answering the lines before it`, async () => {
      const got = await run(['labels', '--variant', 'llava'], [`${good}\n\n`, line, `\n${good}\n`]);
      assert.equal(got.code, 2);
      assert.equal(got.lines.length, 1);
      assert.match(got.err, message);
      assert.match(got.err, /line 3\b/);
      assert.equal(got.err.trimEnd().split('\n').length, 1);
    });
  }

  it('refuses a negative threshold for Qwen and a picture without pixels', async () => {
    const qwen = { grid: [1, 2], probs: [0, 1], conf_thresh: -0.1 };
    assert.equal((await run(['boxes', '--variant', 'qwen'], JSON.stringify(qwen))).code, 2);
    const llava = { grid: [1, 2], map: [0, 1], conf_thresh: 0.1, image_size_wh: [0, 4] };
    assert.equal((await run(['boxes', '--variant', 'llava'], JSON.stringify(llava))).code, 2);
    const padded = { ...LABEL_CASE, image_size_wh: [4, 4] };
    const got = await run(['labels', '--variant', 'qwen'], JSON.stringify(padded));
    assert.match(got.err, /square grid.*line 1/);
  });

  it('wrong usage is one line and exit 2', async () => {
    const wrong = [
      [],
      ['boxes'],
      ['labels', '--variant', 'x'],
      ['no', '--variant', 'llava'],
      ['labels', '--no'],
    ];
    for (const args of wrong) {
      const got = await run(args, '');
      assert.equal(got.code, 2, args.join(' '));
      assert.match(got.err, /^[^\n]+Use: fovea roi[^\n]+\n$/);
    }
  });

  it('answers line by line: the first before the second has come', async () => {
    const out = new Collect();
    let seenBeforeSecond = '';
    const input = Readable.from(
      (async function* () {
        yield `${good}\n`;
        await new Promise(setImmediate);
        seenBeforeSecond = out.text;
        yield `${good}\n`;
      })(),
    );
    assert.equal(await roiCommand(['labels', '--variant', 'llava'], input, out, new Collect()), 0);
    assert.notEqual(seenBeforeSecond, '');
  });
});
