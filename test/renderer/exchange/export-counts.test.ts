/** What an export says it will write, before it does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportCountWords } from '../../../src-renderer/exchange/planned/export-counts.ts';

const ten = { unlabelled: 0, pending: 8, accepted: 1, corrected: 0, rejected: 1 };
const plain = { includeUnreviewed: false, audit: false };

test('an export says how many of the samples it will write, how many not, and why', () => {
  assert.equal(
    exportCountWords(ten, 'selected', plain),
    '1 of 10 selected samples will be written. Left out: 8 not reviewed, 1 rejected.',
  );
  assert.equal(
    exportCountWords(ten, 'listed', { ...plain, includeUnreviewed: true }),
    '9 of 10 listed samples will be written, 8 of them not reviewed, as predicted. Left out: 1 rejected.',
  );
  assert.equal(
    exportCountWords({ ...ten, unlabelled: 1 }, '', { ...plain, audit: true }),
    '2 of 11 samples will be written. Left out: 8 not reviewed, 1 not labelled.',
  );
  assert.equal(
    exportCountWords(ten, '', { includeUnreviewed: true, audit: true }),
    'All 10 samples will be written, 8 of them not reviewed, as predicted.',
  );
  const undecided = { unlabelled: 0, pending: 1, accepted: 0, corrected: 0, rejected: 0 };
  assert.equal(
    exportCountWords(undecided, 'selected', plain),
    'None of 1 selected sample will be written. Left out: 1 not reviewed.',
  );
});
