import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch } from '../../../src-shared/contract/procedures.ts';
import { wrongAtMost } from '../../../src-shared/kernels/measures/audit.ts';
import {
  appliedWords,
  auditPlan,
  doWords,
  findingWords,
  leftOutWords,
  nextToLookAt,
  planWords,
  stateWords,
  toDecide,
  undoneWords,
} from '../../../src-renderer/batches/batch.ts';

const batch: Batch = {
  id: 3,
  state: 'auditing',
  decision: 'accept',
  reason: null,
  target: 0.05,
  population: 1204,
  planned: 60,
  looked: 60,
  wrong: 0,
  wrongAtMost: wrongAtMost(0, 60, 1204),
  passed: true,
  refused: false,
  decided: 0,
  changedMeanwhile: 0,
  undone: 0,
  keptAsDecided: 0,
  reviewer: 'ann',
  createdAt: '2026-01-01T00:00:00Z',
  endedAt: null,
};

test('what a target asks for holds what it promises', () => {
  assert.deepEqual(auditPlan(1204, 0.05), { size: 60, mayBeWrong: 0 });
  assert.deepEqual(auditPlan(40, 0.05), { size: 40, mayBeWrong: 2 });
  for (const population of [1, 9, 59, 61, 500, 87_500]) {
    for (const target of [0.1, 0.05, 0.02, 0.01]) {
      const { size, mayBeWrong } = auditPlan(population, target);
      assert.ok(wrongAtMost(mayBeWrong, size, population) <= target);
      if (mayBeWrong < size) assert.ok(wrongAtMost(mayBeWrong + 1, size, population) > target);
    }
  }
  assert.match(
    planWords(1204, 0.05),
    /at most 5% of the 1,204 are wrong, with 95% confidence. If one of them is wrong/,
  );
  assert.equal(
    planWords(40, 0.05),
    'That is all of them. If more than 2 of them are wrong, nothing is decided.',
  );
});

test('an audit says what it found', () => {
  assert.equal(
    findingWords(batch),
    'None of 60 was wrong: up to 4.9% of the 1,204 may be, with 95% confidence.',
  );
  const refused = { ...batch, wrong: 2, wrongAtMost: 0.1011, passed: false, refused: true };
  assert.equal(
    findingWords(refused),
    '2 of 60 wrong: up to 10.2% of the 1,204 may be, with 95% confidence, more than the 5% you settled for.',
  );
  const whole = { ...batch, population: 60, wrong: 3, wrongAtMost: 0.05 };
  assert.equal(findingWords(whole), '3 of 60 wrong: that is 5% of all.');
  assert.equal(toDecide(whole), 57);
});

test('what was done and undone is told with what was left alone', () => {
  assert.equal(doWords('reject', 1), 'Reject 1 sample');
  const applied: Batch = { ...batch, state: 'applied', decided: 1201, changedMeanwhile: 2, wrong: 1 };
  assert.equal(
    appliedWords(applied),
    '1,201 samples accepted. 1 found wrong stays to review. 2 changed since and stay as they are.',
  );
  const undone: Batch = { ...applied, state: 'undone', undone: 1200, keptAsDecided: 1 };
  assert.equal(
    undoneWords(undone),
    '1,200 samples are as before the batch. 1 was decided since and stays as it is.',
  );
  assert.match(stateWords(undone), /^Undone: 1,200/);
  assert.equal(stateWords({ ...batch, looked: 12 }), 'Being audited: 12 of 60 looked at');
  assert.deepEqual(
    leftOutWords({ decided: 2, unlabelled: 0, dropped: 1, unseen: 0 }).map(({ count }) => count),
    [2, 1],
  );
});

test('an audit goes on with what nobody looked at, round to the start', () => {
  const items = ['right', null, 'wrong', null].map((verdict) => ({ verdict }));
  assert.equal(nextToLookAt(items, 2), 3);
  assert.equal(nextToLookAt(items, 0), 1);
  assert.equal(nextToLookAt([items[0]!, items[1]!], 2), 1);
  assert.equal(nextToLookAt([items[0]!], 0), null);
  assert.equal(nextToLookAt([], 0), null);
});
