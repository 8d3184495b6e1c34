import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonLines } from '../../src-shared/contract/reasons.ts';
import { Reasons, shown } from '../../src-main/importers/rows/reasons.ts';

test('rows are counted by kind, the first lines of each are kept, the most frequent kind comes first', () => {
  const reasons = new Reasons();
  reasons.add(3, { message: 'text is missing', value: null, next: 'Correct it' });
  for (let line = 10; line < 100_010; line++) {
    reasons.add(line, { message: 'the picture is missing', value: `"${line}.png"`, next: 'Check the path' });
  }
  const [most, least] = reasons.list();
  assert.deepEqual(
    [most.reason, most.count, most.places.map(({ line }) => line)],
    ['the picture is missing', 100_000, [10, 11, 12, 13, 14]],
  );
  assert.deepEqual([least.count, least.places], [1, [{ line: 3, value: null }]]);
  assert.deepEqual(reasonLines('q.jsonl', [most, least], 'row'), [
    '100,000 rows: the picture is missing. Check the path',
    '  q.jsonl line 10: "10.png"',
    '  q.jsonl line 11: "11.png"',
    '  q.jsonl line 12: "12.png"',
    '  q.jsonl line 13: "13.png"',
    '  q.jsonl line 14: "14.png"',
    '  and 99995 more',
    '1 row: text is missing. Correct it',
    '  q.jsonl line 3',
  ]);
});

test('a file that is wrong in ten thousand ways takes no more room than one that is wrong in forty', () => {
  const reasons = new Reasons();
  for (let n = 0; n < 10_000; n++) reasons.add(n, { message: `kind ${n}`, value: 'v', next: null });
  const list = reasons.list();
  assert.equal(list.length, 41);
  assert.deepEqual([list[0].reason, list[0].count], ['other reasons', 9960]);
  assert.deepEqual(list[0].places[0], { line: 40, value: 'kind 40: v' });
  assert.equal(
    list.reduce((sum, { count }) => sum + count, 0),
    10_000,
  );
});

test('a value is shown short, in one line, whatever it is', () => {
  assert.equal(shown('a\nb'), '"a\\nb"');
  assert.equal(shown([1, [2, 'x']]), '[1, [2, "x"]]');
  assert.equal(shown({ from: 'human', value: 'q' }), '{from, value}');
  assert.equal(shown(null), 'null');
  const large = [
    'x'.repeat(9_000_000),
    Array.from({ length: 1e6 }, () => 'x'.repeat(500)),
    Object.fromEntries(Array.from({ length: 9999 }, (_, n) => [`k${n}`, n])),
  ];
  for (const one of large) {
    assert.ok(shown(one).length <= 140, shown(one));
    assert.doesNotMatch(shown(one), /\n/);
    assert.match(shown(one), /…/);
  }
});
