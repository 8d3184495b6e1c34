import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileName, joinPath } from '../../../src-renderer/ui/paths.ts';
import {
  droppedWords,
  formatDuration,
  formatMs,
  formatValue,
  percent,
  reasonWords,
  sentence,
  timingRows,
} from '../../../src-renderer/ui/words.ts';

test('a dropped sample says which rule did it and by how much', () => {
  assert.equal(
    droppedWords({ rule: 'area', value: 0.6094, limit: 0.5 }),
    'Dropped: the box covers 61% of the grid (limit 50%)',
  );
  assert.equal(
    droppedWords({ rule: 'area', value: 0.502, limit: 0.5 }),
    'Dropped: the box covers 50.2% of the grid (limit 50%)',
  );
  assert.equal(
    droppedWords({ rule: 'empty_answer', value: 0, limit: 1 }),
    'Dropped: the model gave no answer',
  );
  assert.equal(
    droppedWords({ rule: 'low_max', value: 0.0031, limit: 0.005 }),
    'Dropped: the strongest attention is 0.00310 (at least 0.00500 needed)',
  );
});

test('numbers keep three digits; masked ones are a dash', () => {
  assert.deepEqual([0, 0.12345, 0.0012345, 12.345, 1e-6, NaN, -Infinity].map(formatValue), [
    '0',
    '0.123',
    '0.00123',
    '12.3',
    '1.00e-6',
    '–',
    '–',
  ]);
});

test('durations and times carry units', () => {
  assert.deepEqual([12, 200, 7500].map(formatDuration), ['12 s', '3 min 20 s', '2 h 5 min']);
  assert.deepEqual([3.21, 240.4, 12_340].map(formatMs), ['3.2 ms', '240 ms', '12.3 s']);
});

test('reasons are words, unknown ones too', () => {
  assert.equal(reasonWords('unreviewed'), 'not reviewed');
  assert.equal(reasonWords('not_expressible_all_bg'), 'the format cannot express it: all bg');
  assert.equal(reasonWords('something_new'), 'something new');
});

test('paths are joined the way the host writes them', () => {
  assert.equal(joinPath('/data/demo', 'a.jsonl'), '/data/demo/a.jsonl');
  assert.equal(joinPath('C:\\demo', 'a.jsonl'), 'C:\\demo\\a.jsonl');
  assert.deepEqual(['/a/b.pkl', 'C:\\x\\b.pkl', 'b.pkl'].map(fileName), ['b.pkl', 'b.pkl', 'b.pkl']);
});

test('timings come in pipeline order, the total last', () => {
  const rows = timingRows({ total: 9, rpn: 1, novel: 2, decode: 3 });
  assert.deepEqual(
    rows.map(({ words }) => words),
    ['Read picture', 'RPN', 'novel', 'Total'],
  );
});

test('a sentence begins with a capital, but a file’s name, a command or a key of a file stays as it is', () => {
  assert.equal(sentence('the folder is gone'), 'The folder is gone');
  assert.equal(sentence('model.safetensors is cut off'), 'model.safetensors is cut off');
  for (const name of ['config.json', 'tie_word_embeddings', 'fovea', 'mm_vision_tower', 'a/b', 'q.jsonl']) {
    assert.equal(sentence(`${name} is not right`), `${name} is not right`);
  }
  assert.equal(sentence(''), '');
});

test('shares of ten and more are said as times', () => {
  assert.equal(percent(377), '377×');
  assert.equal(percent(1200), '1,200×');
  assert.equal(percent(9.87), '987%');
  assert.equal(percent(0.125), '12.5%');
});
