import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COLORMAPS } from '../../../src-renderer/canvas/colormap.ts';
import {
  colourOf,
  legendStops,
  scaleRgba,
  shareOf,
  toRgba,
} from '../../../src-renderer/canvas/map-colours.ts';
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
  assert.deepEqual([...pixels.slice(4, 7)], [68, 1, 84]);
  assert.equal(pixels[4 + 3], 0, 'the lowest value leaves the picture as it is');
  assert.deepEqual([...pixels.slice(12, 16)], [253, 231, 37, 255]);
});

test('what is half way up or higher is drawn in full, what is lower fades, the lowest tenth is not there', () => {
  const pixels = toRgba(Float32Array.of(0, 0.05, 0.1, 0.25, 0.5, 1), scale(0, 1), 'viridis');
  assert.deepEqual(
    [3, 7, 11, 15, 19, 23].map((at) => pixels[at]),
    [0, 0, 0, 96, 255, 255],
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
    [255, 96, 0, 96, 255],
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

test('a legend goes from the lowest to the highest colour', () => {
  const stops = legendStops(scale(0, 1), 'viridis', 3);
  assert.deepEqual(
    stops.map(({ at }) => at),
    [0, 0.5, 1],
  );
  assert.deepEqual(
    [stops[0]!.rgb, stops[2]!.rgb],
    [
      [68, 1, 84],
      [253, 231, 37],
    ],
  );
});
