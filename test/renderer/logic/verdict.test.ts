import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CausalCheck, VariantName } from '../../../src-shared/contract/inspect.ts';
import {
  formatProbability,
  formatTimes,
  plain,
  timesLess,
  verdictOf,
} from '../../../src-renderer/logic/verdict.ts';

type Said = Partial<Record<VariantName, readonly [answer: string, logProb: number | null]>>;

function check(said: Said): CausalCheck {
  const variants = Object.entries(said).map(([name, [answer, logProb]]) => ({
    name: name as VariantName,
    answer,
    logProb,
    ms: 1,
  }));
  return {
    predictionId: 1,
    box: [0, 0, 2, 2],
    control: 'controlHidden' in said ? [4, 4, 6, 6] : null,
    scored: { answer: 'red', tokens: 2, given: false },
    fill: { colour: [1, 2, 3], source: 'padding' },
    variants,
    device: 'cpu',
  };
}
const first = (said: Said) => verdictOf(check(said)).sentences[0];

test('only a change that the control box does not make says that the answer depends on the region', () => {
  const same = ['red', -0.1] as const;
  const other = ['blue', -5] as const;
  const all = { whole: same, hidden: other, only: same, controlHidden: same, controlOnly: other };
  assert.equal(verdictOf(check(all)).kind, 'depends');
  assert.match(first(all)!, /changes when the region is hidden.*it depends on this region/);
  assert.equal(verdictOf(check({ ...all, controlHidden: other })).kind, 'unclear');
  assert.match(first({ ...all, controlHidden: other })!, /does not show/);
  assert.equal(verdictOf(check({ ...all, hidden: same })).kind, 'not_shown');
  assert.match(first({ ...all, hidden: same })!, /stays the same.*does not show/);
  const bare = { whole: same, hidden: other, only: same };
  assert.equal(verdictOf(check(bare)).kind, 'unclear');
  assert.match(first(bare)!, /no room/);
});

test('likelihoods are compared with the control, small changes go unsaid, unknown ones too', () => {
  const said = {
    whole: ['red', 0],
    hidden: ['red', -Math.log(10)],
    only: ['red', 0],
    controlHidden: ['red', -0.1],
    controlOnly: ['blue', -9],
  } as const;
  assert.match(
    verdictOf(check(said)).sentences[1]!,
    /“red” 10 times less likely, hiding the other box hardly/,
  );
  assert.equal(verdictOf(check({ ...said, hidden: ['red', -0.5] })).sentences.length, 2);
  assert.equal(timesLess(check({ ...said, hidden: ['red', null] }), 'hidden'), null);
});

test('the region alone is not called enough when any box alone gives the answer', () => {
  const same = ['red', 0] as const;
  const all = { whole: same, hidden: same, only: same, controlHidden: same, controlOnly: same };
  assert.match(verdictOf(check(all)).sentences.at(-1)!, /the question alone may be enough/);
  assert.match(verdictOf(check({ ...all, controlOnly: ['x', 0] })).sentences.at(-1)!, /is enough for it/);
  assert.match(verdictOf(check({ ...all, only: ['x', 0] })).sentences.at(-1)!, /uses more/);
});

test('answers differ by their words alone; numbers read well', () => {
  assert.equal(plain('  Red  tag. '), plain('red tag'));
  assert.equal(formatProbability(Math.log(0.62)), '62%');
  assert.equal(formatProbability(Math.log(0.0004)), '0.04%');
  assert.equal(formatProbability(-800), '≈ 0');
  assert.equal(formatTimes(3.44), '3.4 times');
  assert.equal(formatTimes(2e6), 'more than a million times');
});
