import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reviewLog } from '../../../src-renderer/deciding/review-log.ts';
import { restored, startEdit } from '../../../src-renderer/editing/standing.ts';
import type { Review } from '../../../src-shared/contract/domain.ts';

const predicted = Int8Array.of(1, 0, -100);
let id = 0;
const review = (
  decision: Review['decision'],
  label: number[] | null,
  note: string | null = null,
): Review => ({
  id: ++id,
  sampleId: 1,
  decision,
  label: label && Uint8Array.from(label),
  predictionId: 7,
  reviewer: 'ana',
  note,
  reason: null,
  createdAt: '2026-01-01T00:00:00Z',
  batchId: null,
});

test('each revision says what it changed, against the label that held before', () => {
  const log = reviewLog(
    [
      review('accept', [1, 0, 156]),
      review('correct', [1, 1, 0]),
      review('reject', null),
      review('correct', [0, 1, 0]),
      review('reset', null),
    ],
    predicted,
  );
  assert.deepEqual(
    log.map(({ review: { decision }, changes }) => [decision, changes?.total ?? 0]),
    [
      ['reset', 3],
      ['correct', 1],
      ['reject', 0],
      ['correct', 2],
      ['accept', 0],
    ],
  );
});

test('[E12] a note is told where it was written, not repeated by every later step', () => {
  const log = reviewLog(
    [review('reset', null, 'odd'), review('accept', [1, 0, 156], 'odd'), review('reject', null, null)],
    predicted,
  );
  assert.deepEqual(
    log.map(({ note }) => note),
    [null, null, 'odd'],
  );
});

test('[E11] restoring takes decision, label and note; a label of another grid cannot be restored', () => {
  const edit = startEdit(1, { id: 7, label: Uint8Array.of(1, 0, 156) }, review('correct', [1, 1, 1], 'mine'));
  const of = (one: Review) => restored(edit, one);
  assert.deepEqual(of(review('accept', [1, 0, 156])), {
    decision: 'accept',
    label: predicted,
    note: null,
    reason: null,
  });
  assert.equal(of(review('accept', [0, 0, 0]))?.decision, 'correct', 'accepted under another prediction');
  assert.deepEqual(of(review('reset', null, 'n')), {
    decision: 'none',
    label: predicted,
    note: 'n',
    reason: null,
  });
  assert.equal(of(review('reject', null))?.decision, 'reject');
  const foreign = review('correct', [1, 0]);
  assert.equal(of(foreign), null);
  assert.deepEqual(
    reviewLog([foreign], predicted).map(({ restorable }) => restorable),
    [false],
  );
});
