import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  againstOf,
  choiceSchema,
  digits,
  leftOutWords,
  mayBeAgainst,
  NO_CHOICE,
  onWords,
  runOfSide,
  sidesOf,
  sideWords,
  signed,
  verdictWords,
  withoutWords,
} from '../../../src-renderer/compare/compare.ts';
import type { ComparableSide } from '../../../src-shared/contract/procedures.ts';
import type { RpnComparison } from '../../../src-shared/contract/training.ts';
import type { Run } from '../../../src-shared/contract/domain.ts';
import { testPreset } from '../../support/project.ts';

const own: ComparableSide = { side: 'own', name: 'own', predicted: 9, runId: 1 };
const version = (id: number, predicted = 9): ComparableSide => ({
  side: id,
  name: `v${id}`,
  predicted,
  runId: predicted > 0 ? 10 + id : null,
});
const NONE = { a: null, b: null };
const run = (id: number): Run => ({
  id,
  modelName: 'm',
  modelDir: '/m',
  preset: testPreset,
  answerMode: 'self',
  device: 'cpu',
  createdAt: '2026-01-01',
});

test('nobody chose: the newest version, asked or not, beside what it is to be better than', () => {
  const of = (sides: readonly ComparableSide[], inUse: number | null = null) =>
    sidesOf(NONE, { sides: [...sides] }, inUse, []);
  assert.deepEqual(of([own, version(1), version(2, 0)]), { a: 2, b: 'own' });
  assert.deepEqual(of([own, version(1), version(2)], 1), { a: 2, b: 1 });
  assert.deepEqual(of([own, version(1), version(2)], 2), { a: 2, b: 'own' });
  assert.deepEqual(of([version(1), version(2)], 2), { a: 2, b: 1 });
  assert.deepEqual(of([own]), { a: 'own', b: 'teacher' });
  assert.equal(of([]), null);
});

test('a choice holds as long as it is there, and never leads to one side twice', () => {
  const sides = [own, version(1), version(2)];
  assert.deepEqual(sidesOf({ a: 'teacher', b: 1 }, { sides }, null, []), { a: 'teacher', b: 1 });
  assert.deepEqual(sidesOf({ a: 1, b: 1 }, { sides }, null, []), { a: 2, b: 1 });
  assert.deepEqual(sidesOf({ a: 9, b: 1 }, { sides }, null, []), { a: 2, b: 1 }, 'another project’s');
});

test('runs are compared by the maps that made their labels: those chosen, without any RPN the two newest', () => {
  const runs = [{ id: 1 }, { id: 3 }, { id: 4 }];
  const chosen = { a: 'run:3', b: 'run:1' } as const;
  assert.deepEqual(sidesOf(chosen, { sides: [own] }, null, runs), chosen);
  assert.deepEqual(sidesOf(chosen, { sides: [] }, null, runs), chosen);
  assert.deepEqual(
    sidesOf({ a: 'run:9', b: 'run:1' }, { sides: [own] }, null, runs),
    { a: 'own', b: 'run:1' },
    'a run that was removed',
  );
  assert.deepEqual(sidesOf(NONE, { sides: [] }, null, runs), { a: 'run:4', b: 'run:3' });
  assert.equal(sidesOf(NONE, { sides: [] }, null, [{ id: 1 }]), null);
  assert.deepEqual([runOfSide('run:12'), runOfSide('own'), runOfSide(2)], [12, null, null]);
  assert.equal(mayBeAgainst('reviewed', 'run:1', 'own'), false);
  assert.equal(mayBeAgainst('corrected', 'run:1', 'own'), true);
  assert.equal(sideWords('run:2', [], [run(2)]), 'Run 2: m, Test');
  assert.equal(sideWords('run:2', [], [{ ...run(2), name: 'Tight' }]), 'Run 2: Tight');
  assert.ok(choiceSchema.safeParse({ ...NO_CHOICE, ...chosen }).success);
  for (const side of ['run:', 'run:x', 'walk:1'])
    assert.ok(!choiceSchema.safeParse({ ...NO_CHOICE, a: side }).success, side);
});

test('accepted labels are no measure for the teacher; without corrections known boxes are', () => {
  assert.deepEqual(
    [againstOf(null, 0), againstOf(null, 1), againstOf('truth', 1)],
    ['truth', 'corrected', 'truth'],
  );
  assert.ok(!mayBeAgainst('reviewed', 'teacher', 1) && mayBeAgainst('reviewed', 'own', 1));
  assert.ok(mayBeAgainst('corrected', 'teacher', 1));
});

const side = { kind: 'version', rpnId: 1, name: 'v', runId: 1 } as const;
const comparison = (change: Partial<RpnComparison>): RpnComparison => ({
  a: side,
  b: { ...side, kind: 'own' },
  against: 'truth',
  over: 'unseen',
  samples: 12,
  known: { held_out: 0, unseen: 12, all: 12 },
  leftOut: {},
  auc: null,
  iou: null,
  boxRecall: null,
  ...change,
});

test('on which samples numbers are, and what was left out, in words', () => {
  assert.equal(onWords(comparison({})), 'On 12 samples that neither side learned from.');
  assert.equal(
    onWords(comparison({ over: 'held_out', samples: 1 })),
    'On 1 sample that a run held out; neither side learned from it.',
  );
  assert.match(onWords(comparison({ over: 'all' })), /neither side learned from any/);
  assert.match(
    onWords(comparison({ over: 'all', known: { held_out: 1, unseen: 4, all: 12 } })),
    /a side learned from 8 of them, which flatters it/,
  );
  assert.equal(leftOutWords({ leftOut: {} }), null);
  assert.equal(
    leftOutWords({ leftOut: { no_map: 2, learned_from: 1200 } }),
    'Left out: 1,200 that a side learned from, 2 without a map of one side.',
  );
  const teacher = comparison({ b: { ...side, kind: 'teacher' } });
  assert.match(withoutWords('iou', teacher), /teacher’s map is not a probability/);
  assert.doesNotMatch(withoutWords('auc', teacher), /teacher/);
});

test('a difference is called one only where its interval leaves zero out and enough samples differ', () => {
  const paired = { n: 9, a: 0.5, b: 0.4, difference: 0.1, wins: { a: 5, b: 4, ties: 0 } };
  const words = (low: number, high: number, wins = paired.wins) =>
    verdictWords({ ...paired, low, high, wins }, 'mine', 'own');
  assert.equal(words(0.01, 0.2), 'mine is better');
  assert.equal(words(0, 0.2), 'No sure difference');
  assert.equal(words(-0.2, -0.1), 'own is better');
  assert.equal(words(0.1, 0.1, { a: 1, b: 0, ties: 8 }), 'Too few samples to say');
  assert.deepEqual(
    [signed(0.03121), signed(-0.5), signed(-0.00001), digits(null), digits(0.98765), digits(0.98765, 4)],
    ['+0.0312', '−0.5000', '0.0000', '–', '0.988', '0.9877'],
  );
});
