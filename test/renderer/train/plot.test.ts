import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axisOf, pathOf, plotWords, tickWords, valueWords } from '../../../src-renderer/train/plot.ts';

test('an axis has round ticks, all values inside, and words that differ', () => {
  for (const values of [
    [0.861, 0.943],
    [0.02, 3.7],
    [0.9881, 0.9894],
    [0, 1],
    [1e-5, 3e-5],
    [120, 9000],
    [-0.2, 0.4],
  ]) {
    const axis = axisOf(values);
    const { low, high, ticks } = axis;
    assert.ok(
      low <= Math.min(...values) && high >= Math.max(...values),
      `${values.join()} in ${ticks.join()}`,
    );
    assert.ok(ticks.length >= 3 && ticks.length <= 6, ticks.join());
    const words = tickWords(axis);
    assert.equal(new Set(words).size, words.length, words.join());
  }
  assert.ok(axisOf([0.5]).high > axisOf([0.5]).low);
  for (const values of [[0, 0], [1, 1], [0.9999], [0.0085031, 0.0085049], [-3]]) {
    const axis = axisOf(values);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    assert.ok(axis.low <= least && axis.high >= most, `${values.join()}: ${axis.ticks.join()}`);
    if (least >= 0) assert.ok(axis.low >= 0, `${values.join()}: ${axis.ticks.join()}`);
    if (most <= 1) assert.ok(axis.high <= 1, `${values.join()}: ${axis.ticks.join()}`);
    for (const word of tickWords(axis)) assert.ok(word.length <= 7, word);
  }
  assert.deepEqual(axisOf([]).ticks[0], 0);
});

test('a line goes from the left to the right of its frame, upwards where values grow', () => {
  const frame = {
    left: 40,
    right: 240,
    top: 10,
    bottom: 110,
    steps: 100,
    axis: { low: 0, high: 1, ticks: [0, 1] },
  };
  assert.equal(
    pathOf(frame, [
      [0, 0],
      [50, 0.5],
      [100, 1],
    ]),
    '40.0,110.0 140.0,60.0 240.0,10.0',
  );
});

test('a plot says what it shows to who cannot see it', () => {
  const dots = { look: 'dots', words: 'Student' } as const;
  const faint = { places: [[1, 9]], look: 'faint', words: 'Each step' } as const;
  assert.equal(plotWords('AUC', [{ ...dots, places: [] }], null), 'AUC: nothing measured yet');
  assert.equal(
    plotWords(
      'AUC',
      [
        faint,
        {
          ...dots,
          places: [
            [0, 0.5],
            [10, 0.75],
          ],
        },
      ],
      { value: 0.7, words: 'Teacher' },
    ),
    'AUC: Student 0.5000 to 0.7500 at step 10; Teacher 0.7000',
  );
  assert.deepEqual([null, undefined, 0, 4.43e-5].map(valueWords), ['–', '–', '0.0000', '4.43e-5']);
});
