import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COLORMAPS, colormapTable } from '../../../src-renderer/canvas/colormap.ts';

/** CIE L* of an sRGB colour: what "perceptually uniform" is about. */
function lightness(r: number, g: number, b: number): number {
  const linear = [r, g, b].map((c) =>
    c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
  );
  const y = 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
  return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
}

for (const name of COLORMAPS) {
  test(`${name} grows lighter all the way`, () => {
    const table = colormapTable(name);
    assert.equal(table.length, 256 * 3);
    let last = -1;
    for (let i = 0; i < 256; i += 5) {
      const now = lightness(table[i * 3]!, table[i * 3 + 1]!, table[i * 3 + 2]!);
      assert.ok(now > last, `entry ${i}: ${now} after ${last}`);
      last = now;
    }
  });
}

test('known entries of the published tables', () => {
  const at = (name: (typeof COLORMAPS)[number], i: number) => [
    ...colormapTable(name).slice(i * 3, i * 3 + 3),
  ];
  assert.deepEqual(at('viridis', 0), [68, 1, 84]);
  assert.deepEqual(at('viridis', 255), [253, 231, 37]);
  assert.deepEqual(at('inferno', 255), [252, 255, 164]);
  assert.deepEqual(at('cividis', 0), [0, 34, 78]);
  assert.deepEqual(at('cividis', 120), [118, 118, 118]);
});

test('differences are light and neutral in the middle, darker to both sides, with two hues', () => {
  const table = colormapTable('diverging');
  const at = (i: number) => [table[i * 3]!, table[i * 3 + 1]!, table[i * 3 + 2]!] as const;
  const middle = at(128);
  assert.ok(Math.max(...middle) - Math.min(...middle) < 10, `the middle is grey: ${middle.join()}`);
  for (const side of [-1, 1]) {
    let last = lightness(...middle);
    for (let i = 16; i < 128; i += 16) {
      const now = lightness(...at(128 + side * i - (side > 0 ? 1 : 0)));
      assert.ok(now < last, `entry ${128 + side * i}`);
      last = now;
    }
  }
  assert.ok(at(0)[2] > at(0)[0], 'below zero is purple');
  assert.ok(at(255)[0] > at(255)[2], 'above zero is orange');
});
