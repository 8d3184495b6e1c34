import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  NO_FILTER,
  sampleFilterSchema,
  sortKeySchema,
  type SampleFilter,
} from '../../../src-shared/contract/procedures.ts';
import { sameView, stillMatches, type SampleView } from '../../../src-renderer/queue/filter-match.ts';
import {
  filterWords,
  isFiltered,
  parts,
  rangeWords,
  SORTS,
  sortWords,
} from '../../../src-renderer/queue/filters.ts';

/** Every part set: a part that is added to the schema must be added here and gets a chip. */
const FULL: SampleFilter = sampleFilterSchema.parse({
  states: ['pending', 'rejected'],
  dropped: 'dropped',
  dropRules: ['area'],
  languages: ['fr', ''],
  splits: [''],
  tags: ['night', ''],
  flags: ['example'],
  notes: 'with',
  reasons: ['Sink'],
  outcomes: ['broken', 'unscored'],
  localised: 'unused',
  reviewers: ['ann'],
  labelling: 'failed',
  agreement: 'differ',
  pictures: 'changed',
  nearDuplicates: 'with',
  batch: 3,
  ranges: { disagreement: [0.5, 2], uncertainty: [0, 0.25], roiSize: [0.05, 0.1], roiX: [0, 2] },
  ids: [1, 2, 3],
  text: ' tag ',
});

test('every part of a filter has words, and the filter without it', () => {
  const keys = Object.keys(NO_FILTER) as (keyof SampleFilter)[];
  const open = keys.filter((key) => FULL[key] === NO_FILTER[key]);
  assert.deepEqual(open, [], 'these parts are not set in the test');
  const found = parts(FULL);
  assert.equal(new Set(found.map(({ key }) => key)).size, found.length);
  assert.equal(found.length, keys.length - 1 + Object.keys(FULL.ranges).length);
  for (const { words, without } of found) {
    assert.ok(words.trim() !== '');
    const rest = { ...FULL, ...without };
    assert.equal(parts(rest).length, found.length - 1, words);
  }
});

test('taking every part away one after the other leaves no filter', () => {
  let filter = FULL;
  for (let next = parts(filter)[0]; next; next = parts(filter)[0]) filter = { ...filter, ...next.without };
  assert.deepEqual(filter, NO_FILTER);
  assert.equal(isFiltered(filter), false);
  assert.equal(filterWords(filter), 'All samples');
});

test('a part says what it is about where its words do not', () => {
  const named = parts(FULL).map(({ name, words }) => (name ? `${name}: ${words}` : words));
  assert.ok(named.includes('Language: fr or no language'), named.join());
  assert.ok(named.includes('To review or Rejected'));
  assert.ok(named.includes('Search: “tag”'));
  assert.ok(named.includes('region 5% to 10%'));
});

test('a row that was worked on is still in the filter, or is not', () => {
  const row = {
    state: 'accepted',
    flags: ['example'],
    notes: 0,
    outcome: 'broken',
    localised: 'unused',
  } as const;
  const with_ = (change: Partial<SampleFilter>) =>
    stillMatches({ ...row, flags: [...row.flags], tags: ['night'] }, { ...NO_FILTER, ...change });
  assert.equal(with_({}), true);
  assert.equal(with_({ states: ['pending'] }), false);
  assert.equal(with_({ states: ['pending', 'accepted'], flags: ['example', 'bad_data'] }), true);
  assert.equal(with_({ flags: ['bad_data'] }), false);
  assert.deepEqual(
    [['broken'], ['fixed'], ['unscored']].map((outcomes) =>
      with_({ outcomes: outcomes as SampleFilter['outcomes'] }),
    ),
    [true, false, false],
  );
  assert.equal(with_({ localised: 'used' }), false);
  assert.deepEqual(
    [['night', 'x'], ['x'], ['']].map((tags) => with_({ tags })),
    [true, false, false],
  );
  assert.equal(with_({ reasons: ['Sink'] }), false, 'what is not rejected has no reason');
  assert.deepEqual([with_({ notes: 'with' }), with_({ notes: 'without' })], [false, true]);
});

test('two filters are the same whatever order their values were chosen in', () => {
  const view = (change: Partial<SampleFilter>, descending = false): SampleView => ({
    filter: { ...NO_FILTER, ...change },
    sort: { by: 'tag', descending },
  });
  const one = view({ tags: ['a', 'b'], ranges: { iou: [0, 1], roiX: [0, 1] }, text: 'x' });
  assert.ok(sameView(one, view({ tags: ['b', 'a'], ranges: { roiX: [0, 1], iou: [0, 1] }, text: ' x' })));
  assert.ok(!sameView(one, view({ tags: ['a', 'b'], ranges: { iou: [0, 1] }, text: 'x' })));
  assert.ok(!sameView(view({}), view({}, true)));
  assert.ok(!sameView(view({ ids: [1, 2] }), view({ ids: [2, 1] })));
  assert.ok(!sameView(view({ agreement: 'agree' }), view({})));
});

test('orders in words', () => {
  assert.equal(sortWords({ by: 'imported', descending: false }), 'As imported');
  assert.equal(sortWords({ by: 'uncertainty', descending: true }), 'Uncertainty of the RPN');
  assert.equal(sortWords({ by: 'tag', descending: true }), 'Tag, reversed');
});

test('ranges in words', () => {
  assert.equal(rangeWords([0.05, 0.1]), '5% to 10%');
  assert.equal(rangeWords([0, 0.01]), 'below 1%');
  assert.equal(rangeWords([0.5, 2]), 'from 50%');
  assert.equal(rangeWords([0, 2]), 'known');
});

test('every order of the contract can be chosen, but for the one that is a list’s own', () => {
  const offered = new Set<string>(SORTS.map(({ by }) => by));
  assert.deepEqual(
    sortKeySchema.options.filter((key) => !offered.has(key)),
    ['listed'],
  );
});
