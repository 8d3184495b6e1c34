import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEYMAP } from '../../support/keymap.ts';
import {
  beginTour,
  seen,
  skipped,
  TOUR,
  tourMemorySchema,
  tourTime,
  type TourFacts,
  type TourPlace,
} from '../../../src-renderer/tour/tour.ts';

const START: TourFacts = {
  page: 'review',
  dock: 'sample',
  sheet: null,
  comparing: true,
  labels: true,
  cell: null,
  inPane: false,
  sampleId: 1,
  saved: null,
  undone: false,
  exports: 0,
};

/** Follows the page through states; each adds to the one before. */
function follow(place: TourPlace, from: TourFacts, ...changes: Partial<TourFacts>[]): [TourPlace, TourFacts] {
  let now = from;
  for (const change of changes) {
    now = { ...now, ...change };
    place = seen(place, now);
  }
  return [place, now];
}

test('doing what each step asks for leads to the end, one step after the other', () => {
  let [place, now] = [beginTour(START), START];
  const steps: Partial<TourFacts>[][] = [
    [{ labels: false }, { labels: true }],
    [{ inPane: true, cell: 40 }, { inPane: false }],
    [{ saved: { id: 7, sampleId: 1, decision: 'accept' } }, { sampleId: 2 }],
    [
      { saved: { id: 8, sampleId: 2, decision: 'correct' } },
      { saved: { id: 9, sampleId: 2, decision: 'reset' }, undone: true },
    ],
    [{ page: 'gallery' }],
    [{ sheet: 'help' }, { sheet: null }],
    [{ sheet: 'export' }, { exports: 1 }],
    [
      { sheet: null },
      { page: 'review' },
      { dock: 'recipe' },
      { dock: 'heads' },
      { dock: 'tokens' },
      { dock: 'try' },
    ],
    [{ page: 'dashboard' }],
  ];
  assert.equal(steps.length, TOUR.length);
  for (const [i, changes] of steps.entries()) {
    assert.equal(place.step, i);
    [place, now] = follow(place, now, ...changes);
    assert.equal(place.step, i + 1, TOUR[i]!.title);
  }
});

test('nothing but the deed ends a step: what was so before does not count', () => {
  const decided: TourFacts = {
    ...START,
    cell: 12,
    saved: { id: 5, sampleId: 1, decision: 'accept' },
    undone: true,
    sheet: 'help',
    exports: 3,
  };
  for (let step = 0; step < TOUR.length; step++) {
    if (['Every sample at once', 'See how far you are'].includes(TOUR[step]!.title)) continue;
    const place = beginTour(decided, step);
    assert.equal(place.step, step, TOUR[step]!.title);
    assert.equal(seen(place, { ...decided }), place);
  }
});

test('another deed than the one that is asked for ends no step', () => {
  const at = (step: number): TourPlace => beginTour(START, step);
  const stays = (step: number, ...changes: Partial<TourFacts>[]): void =>
    assert.equal(follow(at(step), START, ...changes)[0].step, step);
  stays(0, { labels: false }, { page: 'gallery' });
  stays(1, { cell: 3, inPane: true }, { cell: 4 });
  stays(2, { saved: { id: 1, sampleId: 1, decision: 'reset' } });
  const corrected = { saved: { id: 1, sampleId: 1, decision: 'correct' } } as const;
  stays(3, corrected, { undone: true });
  stays(3, corrected, { saved: { id: 2, sampleId: 1, decision: 'correct' } });
  stays(3, corrected, { saved: { id: 2, sampleId: 2, decision: 'reset' }, undone: true });
  stays(5, { sheet: 'palette' });
  stays(6, { sheet: 'export' }, { sheet: null });
  stays(7, { dock: 'heads' }, { dock: 'recipe' }, { page: 'gallery', dock: 'heads' });
  stays(8, { page: 'gallery' });
});

test('every decision is one, and a correction that somebody means stands', () => {
  for (const decision of ['accept', 'reject', 'correct'] as const) {
    const [place] = follow(beginTour(START, 2), START, { saved: { id: 1, sampleId: 1, decision } });
    assert.equal(place.step, 3, decision);
  }
  const corrected = { saved: { id: 1, sampleId: 1, decision: 'correct' } } as const;
  const [place, now] = follow(beginTour(START, 3), START, corrected);
  assert.deepEqual([place.step, place.goal], [3, 1]);
  assert.equal(seen(place, { ...now, sampleId: 2 }).step, 4, 'going on to the next sample keeps it');
});

test('panes that show something else are asked for the three maps first', () => {
  const place = beginTour({ ...START, comparing: false });
  assert.deepEqual([place.step, place.goal], [0, 0]);
  assert.equal(seen(place, { ...START, labels: false }).goal, 1);
  assert.equal(beginTour(START).goal, 1);
});

test('every step can be skipped, to the end and not beyond', () => {
  let place = beginTour(START);
  for (let i = 0; i < TOUR.length; i++) place = skipped(place, START);
  assert.equal(place.step, TOUR.length);
  assert.equal(seen(place, { ...START, exports: 9 }), place);
  assert.equal(skipped(place, START).step, TOUR.length);
});

test('it has nine steps at most, in few words, and every key it speaks of exists', () => {
  assert.ok(TOUR.length <= 9);
  const commands = new Set(KEYMAP.map(({ command }) => command));
  for (const { goals } of TOUR) {
    assert.ok(goals.length > 0);
    for (const { words, commands: named } of goals) {
      assert.ok(words.split(' ').length <= 45, words);
      assert.ok(named.every((command) => commands.has(command)));
    }
  }
});

test('what is remembered is checked, and time is said in words', () => {
  assert.ok(tourMemorySchema.safeParse({ ended: true, step: 3 }).success);
  assert.ok(!tourMemorySchema.safeParse({ ended: 'yes', step: -1 }).success);
  assert.deepEqual([tourTime(48_400), tourTime(95_000)], ['48 s', '1 min 35 s']);
});
