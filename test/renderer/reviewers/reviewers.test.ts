/** What the Reviewers page says of rounds, and what it asks of one before it is dealt. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deal } from '../../../src-shared/contract/procedures.ts';
import {
  apartWords,
  intervalWords,
  kappaWords,
  loadWords,
  offeredReviewers,
  ownWords,
  progressOf,
  roundWords,
  standingWords,
  whyNotDealt,
} from '../../../src-renderer/reviewers/reviewers.ts';

const round: Deal = {
  ...{ id: 1, name: 'First', overlap: 2, seed: 7, blind: true, createdBy: 'owner', endedAt: null },
  ...{ createdAt: '2026-01-01T00:00:00.000Z', samples: 60, complete: 3, differing: 1 },
  reviewers: [
    { name: 'Ana', dealt: 60, decided: 20 },
    { name: 'Bo', dealt: 60, decided: 1040 },
  ],
};

test('a round in words: what it is of, how far it is, that it is over', () => {
  assert.equal(roundWords(round), '60 samples, 2 reviewers each, blind');
  assert.equal(roundWords({ ...round, samples: 1, overlap: 1, blind: false }), '1 sample, one reviewer each');
  assert.deepEqual(progressOf(round), { decided: 1060, dealt: 120 });
  assert.equal(standingWords(round), '1,060 of 120 decided');
  assert.equal(standingWords({ ...round, endedAt: 'then' }), 'Ended');
  assert.equal(
    standingWords({ ...round, reviewers: [{ name: 'Ana', dealt: 2, decided: 2 }] }),
    'All decided',
  );
});

test('one’s own part says what is left of it', () => {
  const own = { ...round, dealt: 40, decided: 12 };
  assert.equal(ownWords(own), '12 of 40 samples decided, 28 to go');
  assert.equal(ownWords({ ...own, decided: 40 }), 'Done: 40 of 40 samples decided');
  assert.equal(ownWords({ ...own, endedAt: 'then' }), 'Ended; 12 of 40 samples decided');
});

test('an estimate without a meaning is a dash, one below zero has a minus sign', () => {
  assert.equal(kappaWords({ value: null, low: null, high: null }), '–');
  assert.equal(intervalWords({ value: null, low: null, high: null }), null);
  assert.equal(kappaWords({ value: -0.123, low: -0.5, high: 0.25 }), '−0.12');
  assert.equal(intervalWords({ value: -0.123, low: -0.5, high: 0.25 }), '−0.50 to 0.25');
  assert.equal(apartWords(0.826), '83% apart');
});

test('it is dealt to invited reviewers and admins and to whoever sits here, each once; viewers do not decide', () => {
  const people = (['viewer', 'reviewer', 'admin'] as const).map((role) => ({
    ...{ name: `the ${role}`, role, createdAt: '2026-01-01T00:00:00.000Z' },
  }));
  assert.deepEqual(offeredReviewers(people, 'me'), ['the reviewer', 'the admin', 'me']);
  assert.deepEqual(offeredReviewers(people, 'the admin'), ['the reviewer', 'the admin']);
});

test('a round is dealt once it has a name, reviewers enough and something to deal', () => {
  const wish = { name: 'Second', reviewers: 3, overlap: 2, seed: 1, samples: 10 };
  assert.equal(whyNotDealt(wish), null);
  assert.equal(whyNotDealt({ ...wish, samples: null }), null, 'that it is still counted is no reason');
  assert.match(whyNotDealt({ ...wish, name: ' ' })!, /name/);
  assert.match(whyNotDealt({ ...wish, reviewers: 0 })!, /Choose who/);
  assert.equal(whyNotDealt({ ...wish, overlap: 4 }), '4 reviewers a sample, but 3 are chosen');
  assert.equal(whyNotDealt({ ...wish, reviewers: 1 }), '2 reviewers a sample, but one is chosen');
  for (const overlap of [0, 1.5, Number.NaN])
    assert.match(whyNotDealt({ ...wish, overlap })!, /At least one/);
  for (const seed of [-1, 0.5, 2 ** 32, Number.NaN]) assert.match(whyNotDealt({ ...wish, seed })!, /seed/);
  assert.match(whyNotDealt({ ...wish, samples: 0 })!, /nothing to deal/);
});

test('loads differ by one at most, and both are said', () => {
  assert.equal(loadWords(30, 3, 2), '30 samples: 20 for each of 3 reviewers');
  assert.equal(loadWords(10, 3, 2), '10 samples: 6 or 7 for each of 3 reviewers');
});
