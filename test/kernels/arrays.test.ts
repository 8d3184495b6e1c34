import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { attentionMap, headMap } from '../../src-shared/kernels/attention.ts';
import {
  decodeFloat16,
  encodeFloat16,
  float16FromBytes,
  float16ToBytes,
  fromFloat16,
  toFloat16,
} from '../../src-shared/kernels/float16.ts';
import {
  compressRle,
  expandRle,
  maskFromRle,
  rleArea,
  rleBox,
  rleFromCells,
  rleFromMask,
} from '../../src-shared/kernels/rle.ts';

describe('attention', () => {
  const tap = {
    layer: 3,
    heads: [2, 5],
    rows: 2,
    keys: 2,
    // head 2: rows [1 2] [3 4]; head 5: rows [10 20] [30 40]
    data: Float32Array.of(1, 2, 3, 4, 10, 20, 30, 40),
  };
  const other = { layer: 7, heads: [0], rows: 1, keys: 2, data: Float32Array.of(100, 200) };

  it('[A1] averages rows, then heads of all layers alike', () => {
    assert.deepEqual([...headMap(tap, 1)], [20, 30]);
    assert.deepEqual([...attentionMap([tap])], [11, 16.5]);
    assert.deepEqual(
      [...attentionMap([tap, other])],
      [(2 + 20 + 100) / 3, (3 + 30 + 200) / 3].map(Math.fround),
    );
    assert.deepEqual([...attentionMap([tap, other], [{ layer: 3, heads: [5] }])], [20, 30]);
    assert.deepEqual([...attentionMap([tap, other], [{ layer: 7, heads: 'all' }])], [100, 200]);
  });

  it('[A2] refuses no rows, unknown heads and layers, and nothing', () => {
    assert.throws(() => attentionMap([{ ...tap, rows: 0, data: new Float32Array(0) }]), /empty answer/);
    assert.throws(() => attentionMap([tap], [{ layer: 3, heads: [4] }]), /head 4/);
    assert.throws(() => attentionMap([tap], [{ layer: 4, heads: 'all' }]), /layer 4/);
    assert.throws(() => attentionMap([], []), RangeError);
    assert.throws(() => attentionMap([{ ...tap, keys: 3 }]), RangeError);
  });
});

describe('float16', () => {
  it('[F2] every pattern survives decoding and encoding', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = fromFloat16(bits);
      if (Number.isNaN(value)) assert.equal(toFloat16(value), 0x7e00);
      else assert.equal(toFloat16(value), bits);
    }
  });

  it('[F1] ties go to even, subnormals and overflow included', () => {
    const cases: [number, number][] = [
      [1 + 2 ** -11, 0x3c00],
      [1 + 3 * 2 ** -11, 0x3c02],
      [1 + 2 ** -11 + 2 ** -40, 0x3c01], // float32 would drop the last bit and round twice
      [2 ** -25, 0],
      [2 ** -25 + 2 ** -60, 1],
      [3 * 2 ** -25, 2],
      [2 ** -14 - 2 ** -26, 0x0400],
      [65519.99, 0x7bff],
      [65520, 0x7c00],
      [-Infinity, 0xfc00],
      [-0, 0x8000],
      [5e-324, 0],
    ];
    for (const [value, bits] of cases) assert.equal(toFloat16(value), bits, String(value));
  });

  it('[F1] the nearest of all float16 numbers is chosen', () => {
    fc.assert(
      fc.property(fc.double({ min: -70000, max: 70000, noNaN: true }), (value) => {
        const bits = toFloat16(value);
        const got = fromFloat16(bits);
        if (!Number.isFinite(got)) return assert.ok(Math.abs(value) >= 65520);
        const error = Math.abs(got - value);
        for (const near of [bits - 1, bits + 1]) {
          const neighbour = fromFloat16(near & 0xffff);
          if (Number.isFinite(neighbour)) assert.ok(error <= Math.abs(neighbour - value));
        }
      }),
    );
  });

  it('[F2] bytes are little-endian and may start anywhere', () => {
    const bytes = float16ToBytes(encodeFloat16([1, -2]));
    assert.deepEqual([...bytes], [0x00, 0x3c, 0x00, 0xc0]);
    const shifted = new Uint8Array([9, ...bytes]).subarray(1);
    assert.deepEqual([...decodeFloat16(float16FromBytes(shifted))], [1, -2]);
    assert.throws(() => float16FromBytes(new Uint8Array(3)), RangeError);
  });
});

describe('run-length masks', () => {
  const sized = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })).chain(([w, h]) =>
    fc.record({
      size: fc.constant([w, h] as const),
      mask: fc
        .array(fc.constantFrom(0, 1), { minLength: w * h, maxLength: w * h })
        .map((v) => Uint8Array.from(v)),
    }),
  );

  it('[R1] runs go down the columns and start with zeros', () => {
    assert.deepEqual(rleFromMask([1, 0, 1, 1], [2, 2]), { size: [2, 2], counts: [0, 2, 1, 1] });
    assert.deepEqual(rleFromMask([0, 0], [2, 1]), { size: [1, 2], counts: [2] });
  });

  it('[R1] mask, runs and text are the same thing', () => {
    fc.assert(
      fc.property(sized, ({ size, mask }) => {
        const rle = rleFromMask(mask, size);
        assert.equal(
          rle.counts.reduce((a, b) => a + b, 0),
          mask.length,
        );
        assert.deepEqual(maskFromRle(rle), mask);
        assert.deepEqual(expandRle(compressRle(rle), rle.size), rle);
        assert.equal(
          rleArea(rle),
          mask.reduce((a, b) => a + b, 0),
        );
      }),
    );
  });

  it('[R3] the box is tight around the pixels', () => {
    fc.assert(
      fc.property(sized, ({ size, mask }) => {
        const on = [...mask.keys()].filter((i) => mask[i]);
        const xs = on.map((i) => i % size[0]);
        const ys = on.map((i) => Math.floor(i / size[0]));
        const want = on.length
          ? [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1]
          : null;
        assert.deepEqual(rleBox(rleFromMask(mask, size)), want);
      }),
    );
  });

  it('[R1] compressed text is what pycocotools writes', () => {
    // A 9×10 mask from pycocotools' own tests.
    const rle = { size: [9, 10] as const, counts: [6, 1, 40, 4, 5, 4, 5, 4, 21] };
    assert.equal(compressRle(rle), '61X13mN000`0');
    assert.deepEqual(expandRle('61X13mN000`0', [9, 10]), rle);
    assert.throws(() => expandRle('P', [1, 1]), RangeError);
    assert.throws(() => maskFromRle({ size: [1, 1], counts: [2] }), RangeError);
  });

  it('[R2] cells become the pixels whose centres fall in them', () => {
    const side = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(
        side,
        side,
        fc.array(fc.constantFrom(0, 1), { minLength: 12, maxLength: 12 }),
        (w, h, cells) => {
          const long = Math.max(w, h);
          const t = {
            scaleX: 4 / long,
            scaleY: 3 / long,
            offsetX: (4 * Math.floor((long - w) / 2)) / long,
            offsetY: 0,
          };
          const want = Uint8Array.from({ length: w * h }, (_, i) => {
            const col = Math.floor(((i % w) + 0.5) * t.scaleX + t.offsetX);
            const row = Math.floor((Math.floor(i / w) + 0.5) * t.scaleY + t.offsetY);
            return cells[row * 4 + col]!;
          });
          assert.deepEqual(maskFromRle(rleFromCells(cells, [3, 4], t, [w, h])), want);
        },
      ),
    );
  });

  it('[R2] pixels outside the grid belong to no cell', () => {
    const t = { scaleX: 1, scaleY: 1, offsetX: -1, offsetY: 0 };
    assert.deepEqual([...maskFromRle(rleFromCells([1], [1, 1], t, [3, 1]))], [0, 1, 0]);
    // All four cells on: a column past the right edge must not wrap to the next row's first cell.
    const wide = maskFromRle(rleFromCells([1, 1, 1, 1], [2, 2], { ...t, offsetX: 0 }, [3, 3]));
    assert.deepEqual([...wide], [1, 1, 0, 1, 1, 0, 0, 0, 0]);
  });
});
