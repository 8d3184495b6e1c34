import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  lastingView,
  placeIn,
  placesSchemaOf,
  withPlace,
  type Place,
} from '../../../src-renderer/app/place.ts';
import { IMPORT_ORDER, NO_FILTER } from '../../../src-shared/contract/procedures.ts';

const START: Place = {
  page: 'review',
  dock: 'sample',
  filter: NO_FILTER,
  sort: IMPORT_ORDER,
  sampleId: null,
};

test('a project is come back to; those not used for longest are forgotten', () => {
  let places = withPlace([], 'first', { ...START, sampleId: 7 });
  for (let i = 0; i < 11; i++) places = withPlace(places, `other ${i}`, START);
  assert.equal(placeIn(places, 'first')?.sampleId, 7);
  places = withPlace(places, 'first', { ...START, sampleId: 8 });
  places = withPlace(places, 'one more', START);
  assert.equal(placeIn(places, 'first')?.sampleId, 8, 'used again, it is kept');
  assert.equal(placeIn(places, 'other 0'), null);
  assert.deepEqual(placesSchemaOf(['review'], ['sample']).parse(JSON.parse(JSON.stringify(places))), places);
});

test('a list of single samples is of the moment: what was shown before it is come back to', () => {
  const french = { filter: { ...NO_FILTER, languages: ['fr'] }, sort: IMPORT_ORDER };
  const listed = { by: 'listed', descending: false } as const;
  assert.deepEqual(lastingView({ ...NO_FILTER, ids: [3, 1] }, listed, french), french);
  assert.deepEqual(lastingView(NO_FILTER, IMPORT_ORDER, french), { filter: NO_FILTER, sort: IMPORT_ORDER });
});
