/** What rows show of the order that their list is in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sortKeySchema } from '../../../src-shared/contract/procedures.ts';
import type { SampleRow } from '../../../src-shared/contract/domain.ts';
import {
  changesByDecision,
  decidedFields,
  sortValue,
  spokenValue,
} from '../../../src-renderer/queue/rows/sort-values.ts';
import { fakeRow } from '../support/fake-samples.ts';

const bare: SampleRow = { ...fakeRow(1, 'unlabelled'), language: null, tags: [] };
const full: SampleRow = {
  ...fakeRow(1, 'accepted'),
  disagreement: 0.07,
  uncertainty: 0.8249,
  roiSize: 1,
  tags: ['night', 'wet'],
  reviewedAt: '2026-11-29T12:00:00.000Z',
  outcome: 'broken',
  dropped: { rule: 'area', value: 0.6127, limit: 0.5 },
};

test('every order that compares something shows it with its unit, or a dash with the reason', () => {
  const texts: Partial<Record<string, string | null>> = {};
  for (const by of sortKeySchema.options) {
    const [some, none] = [sortValue(full, by), sortValue(bare, by)];
    assert.equal(some === null, by === 'imported' || by === 'listed', by);
    if (!some || !none) continue;
    texts[by] = some.text;
    assert.notEqual(none.words, '', by);
    assert.equal(none.text === null, by !== 'state', by);
  }
  assert.match(texts.reviewed!, /^29 Nov 2026 \d\d:\d\d$/);
  delete texts.reviewed;
  assert.deepEqual(texts, {
    disagreement: '7.0%',
    uncertainty: '0.82 bit',
    dropped: 'box 61.3%',
    outcome: 'broken',
    roiSize: '100.0%',
    language: full.language,
    tag: 'night',
    state: 'Accepted',
  });
});

test('a tile’s name has the value as it reads: what it is, then the figure', () => {
  assert.equal(spokenValue(full, 'roiSize'), 'region 100.0%');
  assert.equal(spokenValue(full, 'tag'), 'night (Tag)');
  assert.equal(spokenValue(bare, 'roiSize'), 'No region: not labelled yet');
  assert.equal(spokenValue(full, 'imported'), '');
});

test('a missing number says why it is missing', () => {
  assert.equal(sortValue(bare, 'disagreement')!.words, 'No disagreement: not labelled yet');
  const dropped = { ...full, disagreement: null };
  assert.match(sortValue(dropped, 'disagreement')!.words, /dropped and decides nothing/);
  assert.match(sortValue({ ...dropped, dropped: null }, 'disagreement')!.words, /no RPN/);
  assert.equal(
    sortValue({ ...full, roiSize: null }, 'roiSize')!.words,
    'No region: the label has no foreground',
  );
});

test('each rule of dropping has a number of its own kind', () => {
  const of = (rule: 'empty_answer' | 'low_max', value: number) =>
    sortValue({ ...full, dropped: { rule, value, limit: 0.01 } }, 'dropped')!;
  assert.equal(of('low_max', 0.0042).text, 'max 0.00420');
  assert.equal(of('empty_answer', 0).text, 'no answer');
  assert.match(of('low_max', 0.0042).words, /at least 0.0100 needed/);
  assert.equal(sortValue({ ...full, dropped: null }, 'dropped')!.words, 'Not dropped');
});

test('orders whose values a decision changes are those whose fields it renews', () => {
  const key = { roiSize: 'roiSize', reviewed: 'reviewedAt' } as const;
  const renewed = Object.keys(decidedFields(full));
  assert.deepEqual(
    sortKeySchema.options.filter((by) => changesByDecision(by)).map((by) => key[by as 'reviewed']),
    renewed,
  );
});
