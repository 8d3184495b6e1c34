import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOfRoom, roomOf, sizeWords } from '../../../src-renderer/labelling/keeping.ts';

const size = { bytesPerSample: 2.5e6, measured: false, keptBytes: 0, budgetBytes: 20e9 };

test('how much features take is said before, with how that is known and what is there', () => {
  assert.equal(sizeWords(size, 500, 20e9), 'About 1.3 GB for 500 samples, by the model’s files.');
  assert.equal(
    sizeWords({ ...size, measured: true, keptBytes: 3e9 }, 1, 20e9),
    'About 2.5 MB for 1 sample, as those kept before; 3.0 GB are kept already.',
  );
  assert.match(sizeWords(size, 500, 1e9), /More than the limit: .* computed again/);
  assert.match(sizeWords({ ...size, keptBytes: 19e9 }, 500, 20e9), /More than the limit/);
  assert.match(sizeWords(size, 0, 20e9), /^Nothing/);
});

test('the room is a number of GB', () => {
  assert.deepEqual(['20', '0.5', ' 3 '].map(bytesOfRoom), [20e9, 0.5e9, 3e9]);
  for (const text of ['', ' ', '0', '-1', 'x', 'Infinity', '1e9'])
    assert.equal(bytesOfRoom(text), null, text);
  assert.deepEqual([20e9, 0.5e9, 1e6].map(roomOf), ['20', '0.5', '0.001']);
});
