import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerMatches } from '../../../src-shared/kernels/measures/answer-match.ts';

test('[M7] the words of the truth stand in the answer, whatever its case and punctuation', () => {
  for (const [answer, truth] of [
    ['The sign says STOP.', 'stop'],
    ['It is 42', '42'],
    ['$1,000', '1000'],
    ['-5 °C', '-5'],
    ['about 3.5 metres', '3.5'],
    ['Ｙｅｓ', 'yes'],
    ['答案是红色。', '红色'],
    ['New York City', 'new york'],
    ['École', 'école'],
  ] as const) {
    assert.ok(answerMatches(answer, truth), `${truth} in ${answer}`);
  }
});

test('[M7] parts of words and of numbers, other order and nothing match nothing', () => {
  for (const [answer, truth] of [
    ['42', '4'],
    ['35', '3.5'],
    ['5', '-5'],
    ['redder', 'red'],
    ['york new', 'new york'],
    ['', ''],
    ['anything', ''],
    ['', 'yes'],
    ['!?', '.'],
  ] as const) {
    assert.ok(!answerMatches(answer, truth), `${truth} in ${answer}`);
  }
});
