import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flagSchema, type Flag } from '../../../src-shared/contract/domain.ts';
import { FLAGS, markWords, turnsOn, withFlag } from '../../../src-renderer/queue/marks.ts';

test('every flag of the contract has a place', () => {
  assert.deepEqual([...FLAGS].sort(), [...flagSchema.options].sort());
});

test('a row says its flags and the newest note', () => {
  assert.equal(
    markWords({ flags: ['bad_data', 'look_again'], note: 'a corner', picture: null }),
    'Look again, Bad data, note: a corner',
  );
  assert.equal(markWords({ flags: [], note: null, picture: null }), '');
});

test('a flag is put on once and taken off whole', () => {
  assert.deepEqual(withFlag(['example'], 'look_again', true), ['look_again', 'example']);
  assert.deepEqual(withFlag(['look_again', 'example'], 'look_again', true), ['look_again', 'example']);
  assert.deepEqual(withFlag(['look_again', 'example'], 'look_again', false), ['example']);
});

test('several samples lose a flag only when all of them have it', () => {
  const rows = (...flags: Flag[][]) => flags.map((own) => ({ flags: own }));
  assert.equal(turnsOn(rows(['example'], ['example', 'bad_data']), 'example'), false);
  assert.equal(turnsOn(rows(['example'], []), 'example'), true);
  assert.equal(turnsOn([], 'example'), true, 'nothing is known of them');
});

test('what is wrong with a picture is said before what a person wrote', () => {
  assert.equal(
    markWords({ flags: ['bad_data'], note: null, picture: 'changed' }),
    'Picture changed, Bad data',
  );
});
