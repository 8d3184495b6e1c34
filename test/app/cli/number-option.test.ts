import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decimalOf,
  numberWithin,
  positiveInteger,
  wholeNumber,
} from '../../../src-main/app/cli/frame/number-option.ts';

test('numbers are decimal digits; what JavaScript would take besides is refused', () => {
  const seed = wholeNumber('--seed', { least: 0, most: 0xffffffff });
  assert.deepEqual(['0', '7', ' 12 ', '4294967295'].map(seed), [0, 7, 12, 4294967295]);
  for (const text of ['', ' ', '0x1f', '0b1', '1e3', '-1', '1.0', '4294967296', 'Infinity', '１２']) {
    assert.throws(() => seed(text), { code: 'usage' }, text);
  }
  assert.throws(() => positiveInteger('--limit')('0'), {
    message: /--limit must be a whole number from 1 on/,
  });
  assert.throws(() => positiveInteger('--limit')('99999999999999999999'), { code: 'usage' });
  const rate = numberWithin('--lr', { least: 0, most: 1, above: true });
  assert.deepEqual(['1', '5e-5', '.5', '0.25', '1.'].map(rate), [1, 5e-5, 0.5, 0.25, 1]);
  for (const text of ['0', '1.01', '', 'NaN', '0x1', '1e', '1,5'])
    assert.throws(() => rate(text), { message: /above 0, up to 1/ }, text);
  assert.ok(Number.isNaN(decimalOf('Infinity', false)));
});
