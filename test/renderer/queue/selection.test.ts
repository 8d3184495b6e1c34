import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import {
  countChosen,
  EVERYTHING,
  extended,
  isChosen,
  NOTHING,
  only,
  scopeOf,
  toggled,
} from '../../../src-renderer/queue/selection.ts';

test('all of the filter but a few is chosen without a list of them', () => {
  const but = toggled(toggled(EVERYTHING, 3), 4);
  assert.equal(countChosen(but, 100_000), 99_998);
  assert.ok(isChosen(but, 1) && !isChosen(but, 3));
  assert.ok(isChosen(toggled(but, 3), 3));
  assert.ok(isChosen(extended(but, [3, 4]), 4));
});

test('some are chosen by id', () => {
  const some = extended(only([1, 2]), [2, 3]);
  assert.equal(countChosen(some, 100), 3);
  assert.equal(countChosen(toggled(some, 2), 100), 2);
  assert.ok(!isChosen(NOTHING, 1));
});

test('what is chosen is asked for as names, or as the filter without a few', () => {
  const filter = { ...NO_FILTER, text: 'lamp' };
  assert.deepEqual(scopeOf(only([3, 4]), filter), { filter: NO_FILTER, ids: [3, 4], except: [] });
  assert.deepEqual(scopeOf(toggled(EVERYTHING, 3), filter), { filter, ids: null, except: [3] });
});
