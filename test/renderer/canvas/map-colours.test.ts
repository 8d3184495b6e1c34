import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COLORMAPS, colormapTable } from '../../../src-renderer/canvas/colormap.ts';
import {
  colourOf,
  legendStops,
  scaleRgba,
  shareOf,
  toRgba,
} from '../../../src-renderer/canvas/map-colours.ts';
import { LABEL_LINE } from '../../../src-renderer/canvas/label-line.ts';
import type { Scale } from '../../../src-renderer/canvas/map-scale.ts';

const scale = (min: number, max: number): Scale => ({ min, max, diverging: false, shared: false });
const diverging = (far: number): Scale => ({ min: -far, max: far, diverging: true, shared: false });

test('masked values are transparent, the lowest too, the highest is the colormap end', () => {
  const pixels = toRgba(
    Float32Array.of(NaN, 0.2, Infinity, 0.4),
    scale(Math.fround(0.2), Math.fround(0.4)),
    'viridis',
  );
  assert.equal(pixels[3], 0);
  assert.equal(pixels[2 * 4 + 3], 0);
  assert.equal(pixels[4 + 3], 0, 'the lowest value leaves the picture as it is');
  assert.deepEqual([...pixels.slice(12, 16)], [253, 231, 37, 255]);
});

test('what is half way up or higher is drawn in full, what is lower fades, the lowest tenth is not there', () => {
  const pixels = toRgba(Float32Array.of(0, 0.05, 0.1, 0.25, 0.5, 1), scale(0, 1), 'viridis');
  assert.deepEqual(
    [3, 7, 11, 15, 19, 23].map((at) => pixels[at]),
    [0, 0, 0, 36, 255, 255],
  );
});

test('the lowest values leave a photograph its pixels, whatever the colours and however strong the map is drawn', () => {
  const photograph = [255, 240, 200];
  for (const colormap of COLORMAPS) {
    const pixels = toRgba(
      Float32Array.from({ length: 11 }, (_, i) => i / 100),
      scale(0, 1),
      colormap,
    );
    for (let i = 0; i < 11; i++) {
      const alpha = pixels[i * 4 + 3]! / 255;
      const seen = photograph.map((below, c) => Math.round(below * (1 - alpha) + pixels[i * 4 + c]! * alpha));
      assert.deepEqual(seen, photograph, `${colormap}, ${i} of 100`);
    }
  }
});

/** Relative luminance of an sRGB colour, 0 to 1. Source: IEC 61966-2-1. */
function luminance(...colour: [number, number, number]): number {
  const [r, g, b] = colour.map((byte) =>
    byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

const contrast = (a: number, b: number) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
const bytes = (hex: string) =>
  [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];

test('the outline of a label is told from every colour of every map: by a line on each side, and within itself', () => {
  const lines = LABEL_LINE.map(({ colour }) => luminance(...bytes(colour)));
  assert.ok(contrast(lines[0]!, lines[1]!) >= 4.5 && contrast(lines[1]!, lines[2]!) >= 4.5);
  assert.ok(
    LABEL_LINE.every(({ width }, i) => i === 0 || width <= LABEL_LINE[i - 1]!.width - 1),
    'each is seen beside the next',
  );
  for (const name of [...COLORMAPS, 'diverging'] as const) {
    const table = colormapTable(name);
    for (let at = 0; at < table.length; at += 3) {
      const under: [number, number, number] = [table[at]!, table[at + 1]!, table[at + 2]!];
      const most = Math.max(
        contrast(lines[0]!, luminance(...under)),
        contrast(lines[1]!, luminance(...under)),
      );
      assert.ok(most >= 4.5, `${name} ${at / 3}: ${most}`);
    }
  }
});

/** What is seen of a photograph's grey under each value of a map, drawn as strong as `opacity`. */
function seenOver(grey: number, colormap: (typeof COLORMAPS)[number], opacity: number) {
  const values = Float32Array.from({ length: 1001 }, (_, i) => i / 1000);
  const pixels = toRgba(values, scale(0, 1), colormap);
  return Array.from(values, (value, i) => {
    const alpha = (pixels[i * 4 + 3]! / 255) * opacity;
    const [r, g, b] = [0, 1, 2].map((c) => grey * (1 - alpha) + pixels[i * 4 + c]! * alpha);
    return { value, luminance: luminance(r!, g!, b!) };
  });
}

/** CIE 1976 lightness, 0 to 100. */
const lightness = (y: number) => (y > 216 / 24389 ? 116 * Math.cbrt(y) - 16 : (y * 24389) / 27);

test('a photograph that is no lighter than a middle grey is darkened by no value of any map, however strong', () => {
  for (const colormap of COLORMAPS) {
    for (const opacity of [0.2, 0.6, 1]) {
      for (let grey = 0; grey <= 128; grey += 8) {
        const bare = luminance(grey, grey, grey);
        for (const { value, luminance } of seenOver(grey, colormap, opacity)) {
          assert.ok(luminance >= bare - 1e-9, `${colormap} ${value} at ${opacity} over ${grey}`);
        }
      }
    }
  }
});

test('values of the lowest fifth darken no photograph by what is seen: 2 of 100 in lightness at the usual opacity', () => {
  for (const colormap of COLORMAPS) {
    for (const grey of [160, 200, 230, 255]) {
      const bare = lightness(luminance(grey, grey, grey));
      for (const { value, luminance } of seenOver(grey, colormap, 0.6)) {
        if (value > 0.2) break;
        assert.ok(bare - lightness(luminance) < 2, `${colormap} ${value} over ${grey}`);
      }
    }
  }
});

test('what is drawn over light paper is the darker the stronger, up to half the scale: a page shows where the model read', () => {
  const seen = seenOver(255, 'viridis', 0.6).map((one) => one.luminance);
  for (let i = 101; i <= 500; i++) assert.ok(seen[i]! <= seen[i - 1]! + 0.004, `${i} of 1000`);
  assert.ok(seen[500]! < 0.6);
});

test('a map of zeros is nothing at all', () => {
  const pixels = toRgba(Float32Array.of(0, 0), scale(0, 0), 'inferno');
  assert.deepEqual([pixels[3], pixels[7]], [0, 0]);
});

test('a legend is as see-through as what it explains', () => {
  const bar = scaleRgba(scale(0, 1), 'viridis');
  const drawn = toRgba(
    Float32Array.from({ length: 256 }, (_, i) => i / 255),
    scale(0, 1),
    'viridis',
  );
  assert.deepEqual(bar, drawn);
});

test('a constant map is drawn, not divided by zero', () => {
  const pixels = toRgba(Float32Array.of(3, 3), scale(3, 3), 'cividis');
  assert.deepEqual([...pixels.slice(0, 4)], [254, 232, 56, 255]);
});

test('a difference is transparent at zero and as strong below as above', () => {
  const pixels = toRgba(Float32Array.of(-2, -0.5, 0, 0.5, 2), diverging(2), 'viridis');
  assert.deepEqual(
    [3, 7, 11, 15, 19].map((at) => pixels[at]),
    [255, 36, 0, 36, 255],
  );
  assert.deepEqual([...pixels.slice(0, 3)], [84, 39, 136]);
  assert.deepEqual([...pixels.slice(16, 19)], [179, 88, 6]);
});

test('a difference of equal maps is nothing at all', () => {
  assert.ok(
    toRgba(Float32Array.of(0, 0, 0), diverging(0), 'viridis').every((byte, i) => i % 4 !== 3 || byte === 0),
  );
});

test('one value has the colour it is drawn with', () => {
  const values = Float32Array.of(0, 0.1, 0.6, 1, NaN);
  const pixels = toRgba(values, scale(0, 1), 'inferno');
  values.forEach((value, i) => {
    const { rgb, alpha } = colourOf(value, scale(0, 1), 'inferno');
    assert.deepEqual([...rgb, alpha], [...pixels.slice(i * 4, i * 4 + 4)]);
  });
});

test('values outside a scale take its ends', () => {
  assert.equal(shareOf(9, scale(0, 1)), 1);
  assert.equal(shareOf(-9, scale(0, 1)), 0);
  assert.ok(Number.isNaN(shareOf(NaN, scale(0, 1))));
});

test('a legend goes from the lowest to the highest colour, as they are drawn', () => {
  const stops = legendStops(scale(0, 1), 'viridis', 3);
  assert.deepEqual(
    stops.map(({ at }) => at),
    [0, 0.5, 1],
  );
  const [lowest, , highest] = stops.map(({ rgb }) => rgb);
  assert.deepEqual(highest, [253, 231, 37]);
  const [r, g, b] = lowest!;
  assert.ok(r > g && b > r, 'still purple');
  assert.ok(luminance(r, g, b) >= luminance(128, 128, 128));
});
