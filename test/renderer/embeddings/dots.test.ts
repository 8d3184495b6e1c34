import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  boxLoop,
  dotAt,
  dotsOf,
  dotUnder,
  nextDot,
  samplesInside,
  SIDE,
} from '../../../src-renderer/embeddings/dots.ts';
import {
  barsWords,
  positionOf,
  readThreshold,
  STEPS,
  thresholdAt,
} from '../../../src-renderer/embeddings/threshold.ts';
import { similarityValue } from '../../../src-renderer/queue/rows/sort-values.ts';
import { NEAR_BARS, NEAR_LEAST, type EmbeddingPlane } from '../../../src-shared/contract/procedures.ts';

const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const ids = (...values: number[]) => new Uint8Array(Uint32Array.from(values).buffer);
const VIEW = { scale: 0.1, x: 0, y: 0 };

/** Five dots: the corners and the middle; the middle one has a twin. */
function plane(values: Uint8Array<ArrayBuffer> | null = null): EmbeddingPlane {
  return {
    model: 'm',
    listed: 6,
    without: 0,
    pictures: 5,
    shares: [0.5, 0.2],
    samples: ids(11, 12, 13, 14, 15, 16),
    images: ids(1, 2, 3, 4, 5, 5),
    places: floats(0, 0, 1, 0, 1, 1, 0, 1, 0.5, 0.5, 0.5, 0.5),
    states: Uint8Array.of(1, 2, 3, 4, 0, 1),
    values,
  };
}

test('dots lie where the plane says, twins beside one another whatever the zoom', () => {
  const dots = dotsOf(plane());
  assert.equal(dots.count, 6);
  assert.deepEqual(dotAt(dots, 2, VIEW), { x: 100, y: 100 });
  assert.deepEqual(dots.states, ['pending', 'accepted', 'corrected', 'rejected', 'unlabelled', 'pending']);
  assert.equal(dots.indexOf.get(14), 3);
  for (const scale of [0.1, 3]) {
    const [a, b] = [dotAt(dots, 4, { ...VIEW, scale }), dotAt(dots, 5, { ...VIEW, scale })];
    assert.ok(Math.abs(Math.hypot(a.x - b.x, a.y - b.y) - 4.5) < 1e-3);
  }
  assert.equal(dots.x[4], SIDE / 2);
});

test('bytes of a message that begin anywhere are read', () => {
  const whole = plane();
  const shifted = new Uint8Array(whole.samples.length + 1);
  shifted.set(whole.samples, 1);
  assert.equal(dotsOf({ ...whole, samples: shifted.subarray(1) }).samples[0], 11);
});

test('the range of a number leaves out samples without it', () => {
  assert.deepEqual(dotsOf(plane(floats(NaN, 0.5, 0.25, NaN, 1, 0.75))).range, [0.25, 1]);
  assert.equal(dotsOf(plane(floats(NaN, NaN, NaN, NaN, NaN, NaN))).range, null);
  assert.equal(dotsOf(plane()).range, null);
});

test('the dot under the pointer is the nearest in reach; a loop takes what lies inside, and nothing without an inside', () => {
  const dots = dotsOf(plane());
  assert.equal(dotUnder(dots, VIEW, { x: 97, y: 4 }, 9), 1);
  assert.equal(dotUnder(dots, VIEW, { x: 30, y: 30 }, 9), null);
  assert.equal(dotUnder(dots, VIEW, { x: 50, y: 50 }, 9), 4);
  const triangle = [
    { x: -5, y: -5 },
    { x: 120, y: -5 },
    { x: 120, y: 130 },
  ];
  assert.deepEqual(samplesInside(dots, VIEW, triangle), [11, 12, 13, 15]);
  assert.deepEqual(samplesInside(dots, VIEW, boxLoop({ x: 60, y: 60 }, { x: 40, y: 40 })), [15, 16]);
  assert.deepEqual(samplesInside(dots, VIEW, triangle.slice(1)), []);
});

test('arrows lead to the next dot that way, and every dot can be reached', () => {
  const dots = dotsOf(plane());
  const middle = { x: 50, y: 50 };
  assert.equal(nextDot(dots, VIEW, null, 'right', middle), 4);
  assert.equal(nextDot(dots, VIEW, 0, 'right', middle), 1);
  assert.equal(nextDot(dots, VIEW, 1, 'right', middle), null);
  const reached = new Set([4]);
  for (const from of reached)
    for (const way of ['left', 'right', 'up', 'down'] as const) {
      const to = nextDot(dots, VIEW, from, way, middle);
      if (to !== null) reached.add(to);
    }
  assert.equal(reached.size, 6);
});

test('a threshold is typed within its bounds and dragged in steps', () => {
  assert.equal(readThreshold(' 0,95 '), 0.95);
  for (const wrong of ['', '0.79', '1.01', 'x']) assert.equal(typeof readThreshold(wrong), 'string');
  for (const position of [0, 1, STEPS / 2, STEPS]) assert.equal(positionOf(thresholdAt(position)), position);
  assert.equal(thresholdAt(0), NEAR_LEAST);
  const bars = new Array<number>(NEAR_BARS).fill(0);
  [bars[0], bars[NEAR_BARS - 1]] = [3, 1];
  assert.match(barsWords(bars, 0.9), /^About 1 picture is/);
  assert.match(barsWords(bars, NEAR_LEAST), /^About 4 pictures are/);
  assert.match(barsWords(bars, 1), /^About 1 picture is/);
});

test('a row says how like the shown one its picture is, and that the bytes are the same', () => {
  assert.deepEqual(similarityValue({ similarity: 0.98765, identical: false }), {
    name: 'similarity',
    text: '0.988',
    words: 'Similarity of the pictures: 0.988',
  });
  assert.match(similarityValue({ similarity: 1, identical: true }).words, /: 1\.000, the same bytes$/);
});
