import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_FORM, readForm } from '../../../src-renderer/train/wish.ts';
import { trainingWishSchema } from '../../../src-shared/contract/procedures/training.ts';

test('an empty form is the defaults; what is typed is what is asked for', () => {
  const empty = readForm(EMPTY_FORM);
  assert.deepEqual(empty.wrong, {});
  const parsed = trainingWishSchema.parse(empty.wish);
  assert.deepEqual(
    [parsed.data.heldOut, parsed.data.seed, parsed.settings, parsed.fresh],
    [0.1, 0, {}, null],
  );
  const { wish } = readForm({
    ...EMPTY_FORM,
    heldOut: ' 25 ',
    seed: '7',
    from: 'new',
    k: '1',
    t: '2',
    steps: '400',
    learningRate: '1e-3',
    loss: 'focal',
    name: ' mine ',
  });
  const asked = trainingWishSchema.parse(wish);
  assert.deepEqual(
    [asked.data.heldOut, asked.data.seed, asked.fresh, asked.settings, asked.name],
    [0.25, 7, { k: 1, t: 2 }, { steps: 400, learningRate: 1e-3, loss: 'focal' }, 'mine'],
  );
  assert.equal(readForm({ ...EMPTY_FORM, from: '12' }).wish?.rpnId, 12);
});

test('a weight counts beside reviewed labels only; layers count for a new RPN only', () => {
  const typed = { ...EMPTY_FORM, pseudoWeight: 'much', k: 'x' };
  assert.ok(readForm(typed).wrong.pseudoWeight);
  assert.ok(readForm({ ...typed, labels: 'pseudo' }).wish);
  assert.ok(readForm({ ...typed, labels: 'pseudo', from: 'new' }).wrong.k);
  assert.ok(readForm({ ...EMPTY_FORM, from: 'new' }).wrong.k, 'a layer has to be said');
});

test('what is no number, or too much, is said at its field, and nothing is asked for', () => {
  for (const [field, typed] of [
    ['heldOut', '95'],
    ['heldOut', '-1'],
    ['seed', '1.5'],
    ['seed', '4294967296'],
    ['steps', '0'],
    ['steps', 'many'],
    ['batch', '1.5'],
    ['learningRate', '0'],
    ['learningRate', '2'],
    ['warmup', '-1'],
    ['steps', '0x10'],
    ['batch', '1e'],
    ['learningRate', '0x1'],
    ['seed', '0b1'],
    ['heldOut', 'Infinity'],
    ['warmup', '0x10'],
    ['name', '12'],
    ['name', 'own'],
  ] as const) {
    const { wish, wrong } = readForm({ ...EMPTY_FORM, [field]: typed });
    assert.equal(wish, null, `${field} ${typed}`);
    assert.deepEqual(Object.keys(wrong), [field]);
  }
});

test('a warm-up longer than the run is said at its field; a share of the steps, or as many as there are, is none', () => {
  const typed = { ...EMPTY_FORM, steps: '40' };
  assert.match(readForm({ ...typed, warmup: '41' }).wrong.warmup ?? '', /^A run of 40 steps has no 41 steps/);
  for (const warmup of ['40', '1', '0.5', '0']) assert.ok(readForm({ ...typed, warmup }).wish, warmup);
});

test('too much is said with what is the most, and a reserved name with why', () => {
  for (const [field, typed, words] of [
    ['steps', '99999999999', /from 1 to 10,000,000$/],
    ['batch', '100001', /from 1 to 100,000$/],
    ['warmup', '1000001', /up to 1,000,000$/],
    ['name', 'teacher', /not a number, “own” or “teacher”$/],
  ] as const) {
    assert.match(readForm({ ...EMPTY_FORM, [field]: typed }).wrong[field] ?? '', words, field);
  }
});
