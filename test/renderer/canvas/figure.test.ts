import assert from 'node:assert/strict';
import { test } from 'node:test';
import { captionOf, figureName, layOut, type Figure } from '../../../src-renderer/canvas/figure.ts';
import { figureSvg } from '../../../src-renderer/panes/figure-svg.ts';
import type { Scale } from '../../../src-renderer/canvas/map-scale.ts';
import { nativeTransform } from '../../../src-shared/kernels/transform.ts';

const SIZE = { width: 640, height: 480 };
const scale: Scale = { min: 0, max: 0.5, diverging: false, shared: false };
const facts = {
  sample: 'scene-7 (7.png)',
  question: 'Is a < b & "c"?',
  map: 'Denoised',
  unit: 'Attention without sink tokens',
  note: 'Same as raw: this preset has no sink heads',
  model: 'demo',
  preset: 'Own heads',
  scale,
  colormap: 'viridis',
} as const;

function figure(part: Partial<Figure> = {}): Figure {
  const grid = [2, 3] as const;
  const transform = nativeTransform([SIZE.width, SIZE.height], grid);
  return {
    size: SIZE,
    map: {
      values: Float32Array.of(0, 0.125, 0.25, 0.5, NaN, 0.375),
      grid,
      transform,
      scale,
      colormap: 'viridis',
      opacity: 0.6,
      smooth: false,
    },
    label: { values: Int8Array.of(1, 1, 0, 0, -100, 0), grid, transform, opacity: 1 },
    cells: null,
    boxes: [[10, 20, 30, 40]],
    truth: [],
    proposals: [],
    named: [{ box: [100, 200, 300, 400], name: 'RPN 0.94' }],
    caption: captionOf(facts),
    ...part,
  };
}

const count = (text: string, what: RegExp) => [...text.matchAll(what)].length;

test('a caption says sample, question, map, model, preset and scale, and leaves out what there is not', () => {
  assert.deepEqual(
    captionOf(facts).map(({ name, text }) => `${name}: ${text}`),
    [
      'Sample: scene-7 (7.png)',
      'Question: Is a < b & "c"?',
      'Map: Denoised (Attention without sink tokens)',
      'Note: Same as raw: this preset has no sink heads',
      'Model: demo',
      'Preset: Own heads',
      'Scale: 0 to 0.500, viridis',
    ],
  );
  const difference = { ...scale, min: -0.5, diverging: true, shared: true };
  const parts = captionOf({ ...facts, model: null, preset: null, scale: difference });
  assert.deepEqual(
    parts.at(-1)?.text,
    '-0.500 to 0.500, purple below zero, orange above, shared by the panes',
  );
  assert.ok(!parts.some(({ name }) => name === 'Model'));
});

test('an SVG has each finite cell with its value, the label, the boxes and the caption as text', () => {
  const svg = figureSvg(figure(), 'data:image/jpeg;base64,AAAA', null);
  assert.equal(count(svg, /data-value=/g), 4, 'the lowest and the masked one are transparent');
  assert.match(svg, /data-row="1" data-col="0" data-value="0.5"/);
  assert.match(svg, /fill="rgb\(253,231,37\)" fill-opacity="1" data-row="1" data-col="0"/);
  assert.match(svg, /<image href="data:image\/jpeg;base64,AAAA" width="640" height="480"/);
  assert.match(svg, /<g id="boxes"><path d="M10 20H30V40H10Z"/);
  assert.match(svg, /<g id="names"><rect [^>]*fill="#000000"\/><text [^>]*>RPN 0\.94<\/text>/);
  assert.match(svg, /Is a &lt; b &amp; &quot;c&quot;\?<\/text>/);
  assert.match(svg, />0\.500<\/text>/);
  assert.ok(!svg.includes('id="truth"') && !svg.includes('id="grid"'));
});

test('an SVG of a smooth map embeds it, one of a picture alone has no legend', () => {
  const { map } = figure();
  const smooth = figureSvg(figure({ map: { ...map!, smooth: true } }), null, 'data:image/png;base64,BBBB');
  assert.match(smooth, /<image id="map" href="data:image\/png;base64,BBBB"[^>]* opacity="0.6"/);
  assert.equal(count(smooth, /data-value=/g), 0);
  const alone = figureSvg(figure({ map: null, label: null, boxes: [], named: [] }), null, null);
  assert.ok(
    !alone.includes('id="legend"') &&
      !alone.includes('id="label"') &&
      !alone.includes('id="map"') &&
      !alone.includes('id="names"'),
  );
});

test('the grid and the truth are drawn when they are asked for', () => {
  const { map } = figure();
  const svg = figureSvg(figure({ cells: map, truth: [[1, 2, 3, 4]], proposals: [[5, 6, 7, 8]] }), null, null);
  assert.match(svg, /id="proposals"/);
  assert.match(svg, /<path id="grid"/);
  assert.match(svg, /<g id="truth">.*stroke-dasharray/);
});

test('control characters of a question do not break the XML', () => {
  const svg = figureSvg(
    figure({ caption: captionOf({ ...facts, question: 'a\u0000b\u001bc\ud800d' }) }),
    null,
    null,
  );
  assert.match(svg, />abcd<\/text>/);
});

test('long captions wrap inside the figure, in scripts with and without spaces', () => {
  const words = 'what is the code on the tag '.repeat(12).trim();
  const chinese = '标签上的代码是多少'.repeat(12);
  for (const question of [words, chinese]) {
    const place = layOut(figure({ caption: captionOf({ ...facts, question }) }));
    const lines = place.lines.filter(({ text }) => question.includes(text.trim()));
    assert.ok(lines.length > 1);
    assert.equal(lines.map(({ text }) => text).join(question === words ? ' ' : ''), question);
    assert.ok(place.lines.every(({ y }) => y < place.height));
    const widest = question === words ? 0.56 : 1;
    for (const { text } of lines) assert.ok([...text].length * widest * place.text <= place.width, text);
  }
});

test('small pictures are enlarged, very large ones reduced, in proportion', () => {
  const small = layOut(figure({ size: { width: 100, height: 50 } }));
  assert.deepEqual([small.picture.width, small.picture.height], [640, 320]);
  const large = layOut(figure({ size: { width: 8192, height: 4096 } }));
  assert.deepEqual([large.picture.width, large.picture.height], [2048, 1024]);
});

test('file names hold nothing a system refuses', () => {
  assert.equal(
    figureName('a/b\\c:1', 'RPN probability, run 2 − Raw attention'),
    'a-b-c-1-rpn-probability-run-2-minus-raw-attention',
  );
  assert.equal(figureName('../..', ''), 'sample-map');
  assert.equal(figureName('场景 7', 'Label'), '场景-7-label');
});
