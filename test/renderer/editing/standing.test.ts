import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  accepted,
  draftBack,
  draftOf,
  holds,
  rejected,
  restored,
  sameLabel,
  startEdit,
  stateOf,
  whyNotStanding,
} from '../../../src-renderer/editing/standing.ts';
import type { Review } from '../../../src-shared/contract/domain.ts';

const prediction = { id: 7, label: Uint8Array.of(1, 0, 156) };
const review = (
  decision: Review['decision'],
  label: number[] | null,
  reason: string | null = null,
): Review => ({
  id: 3,
  sampleId: 1,
  decision,
  label: label && Uint8Array.from(label),
  predictionId: 7,
  reviewer: 'ana',
  note: null,
  reason,
  createdAt: '2026-01-01T00:00:00Z',
  batchId: null,
});

test('a fresh sample starts from the predicted label', () => {
  const edit = startEdit(1, prediction, null);
  assert.deepEqual([...edit.standing.label!], [1, 0, -100]);
  assert.equal(stateOf(edit, edit.standing), 'pending');
  assert.deepEqual(draftOf(edit, accepted(edit), edit.standing), {
    sampleId: 1,
    predictionId: 7,
    decision: 'accept',
    label: null,
    note: null,
    reason: null,
  });
});

test('an edited label stays corrected when it is accepted', () => {
  const edit = startEdit(1, prediction, review('correct', [1, 1, 0]));
  const standing = accepted(edit);
  assert.equal(standing.decision, 'correct');
  assert.deepEqual([...draftOf(edit, standing, edit.standing).label!], [1, 1, 0]);
});

test('a label of another grid is not put on this one', () => {
  const edit = startEdit(1, prediction, review('correct', [1, 1, 0, 0]));
  assert.deepEqual([...edit.standing.label!], [1, 0, -100]);
});

test('undoing to the beginning takes the decision back', () => {
  const edit = startEdit(1, prediction, null);
  const first = edit.standing;
  const rejected = { ...first, decision: 'reject' } as const;
  assert.equal(stateOf(edit, rejected), 'rejected');
  const draft = draftOf(edit, first, rejected);
  assert.deepEqual([draft.decision, draft.onlyNote], ['reset', undefined]);
  assert.deepEqual(draftOf(edit, { ...first, note: 'odd' }, first).onlyNote, { was: null });
});

test('a reason is part of a rejection: it stays while that stands, goes with it, and comes back with it', () => {
  const edit = startEdit(1, prediction, null);
  const [plain, why] = [rejected(edit, null), rejected(edit, 'Wrong region')];
  assert.equal(draftOf(edit, why, edit.standing).reason, 'Wrong region');
  assert.ok(!holds(plain, why), 'said by somebody else meanwhile');
  const said = draftOf(edit, why, plain);
  assert.deepEqual([said.decision, said.reason, said.onlyNote], ['reject', 'Wrong region', undefined]);
  edit.standing = why;
  assert.equal(rejected(edit, null).reason, 'Wrong region', 'rejected again, it stays');
  assert.equal(rejected(edit, 'Picture is bad').reason, 'Picture is bad');
  assert.equal(accepted(edit).reason, null);
  const stored = startEdit(1, prediction, review('reject', null, 'Wrong region'));
  assert.equal(stored.standing.reason, 'Wrong region');
  assert.equal(restored(edit, review('reject', null, 'Sink'))?.reason, 'Sink');
  assert.equal(draftBack(review('accept', [1, 0, 156]), review('reject', null, 'Sink')).reason, 'Sink');
});

test('a sample without prediction has no label and can only be rejected', () => {
  const edit = startEdit(1, null, null);
  assert.equal(edit.standing.label, null);
  assert.equal(stateOf(edit, edit.standing), 'unlabelled');
  assert.ok(sameLabel(null, null));
  assert.ok(!sameLabel(Int8Array.of(1), Int8Array.of(0)));
});

test('nobody stands behind a label that carries nothing; what an older version took can be noted on, not gone back to', () => {
  const nothing = Uint8Array.of(156, 156, 156);
  const fresh = startEdit(1, { id: 7, label: nothing }, null);
  assert.equal(whyNotStanding(fresh, accepted(fresh))?.reason, 'label_carries_nothing');
  assert.equal(whyNotStanding(fresh, { ...fresh.standing, decision: 'reject' }), null);
  const painted = {
    decision: 'correct',
    label: Int8Array.of(0, -100, -100),
    note: null,
    reason: null,
  } as const;
  assert.equal(whyNotStanding(fresh, painted), null, 'background alone teaches where not to look');
  const old = startEdit(1, { id: 7, label: nothing }, review('accept', [...nothing]));
  const before = old.standing;
  assert.equal(whyNotStanding(old, { ...before, note: 'why?' }), null);
  assert.equal(draftOf(old, { ...before, note: 'why?' }, before).decision, 'accept');
  assert.equal(draftOf(old, before, painted).decision, 'reset');
  assert.equal(draftBack(review('reject', null), review('accept', [...nothing])).decision, 'reset');
});
