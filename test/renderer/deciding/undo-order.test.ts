import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TagStep } from '../../../src-renderer/tagging/tag-step.ts';
import type { Standing } from '../../../src-renderer/editing/standing.ts';
import { UndoOrder, type Step } from '../../../src-renderer/deciding/undo-order.ts';
import { tagTravelWords, travelWords } from '../../../src-renderer/deciding/undo-words.ts';

const label = Int8Array.of(1, 0);
const none: Standing = { decision: 'none', label, note: null, reason: null };
const step = (sampleId: number, decides = true, after: Standing = { ...none, decision: 'accept' }): Step => ({
  kind: 'step',
  sampleId,
  predictionId: 7,
  before: none,
  after,
  decides,
});

test('the decision that was just made is taken back from the sample that came after it, then the one before', () => {
  const order = new UndoOrder();
  const [one, two] = [step(1), step(2)];
  order.push(one);
  order.push(two);
  assert.equal(order.back(3), two);
  order.moved(two, 'back');
  assert.equal(order.back(2), one);
  order.moved(one, 'back');
  assert.equal(order.back(1), null);
  assert.equal(order.forth(), one);
  order.moved(one, 'forth');
  assert.equal(order.forth(), two);
  assert.equal(order.back(2), one);
});

test('changes of the sample on screen come first, until a decision on it; changes elsewhere wait their turn', () => {
  const order = new UndoOrder();
  const [decided, here, elsewhere] = [step(1), step(1, false), step(2, false)];
  for (const one of [decided, here, elsewhere]) order.push(one);
  assert.equal(order.back(1), here);
  order.moved(here, 'back');
  assert.equal(order.back(1), elsewhere, 'what is left on the sample is its decision, which is not the last');
  order.moved(elsewhere, 'back');
  assert.equal(order.back(1), decided);
  assert.equal(order.forth(), elsewhere);
});

test('something new ends what could be done again', () => {
  const order = new UndoOrder();
  order.push(step(1));
  order.moved(order.back(null) as Step, 'back');
  order.push(step(2));
  assert.equal(order.forth(), null);
});

test('what changed elsewhere keeps its turn, so that undo says so and does not take back another', () => {
  const order = new UndoOrder();
  const [one, two] = [step(1), step(2)];
  order.push(one);
  order.push(two);
  order.lose(2);
  assert.ok(order.isLost(order.back(3)!));
  const after = step(2);
  order.push(after);
  assert.ok(!order.isLost(after), 'what is decided there since is one’s own again');
  order.forgetLost(2);
  order.moved(after, 'back');
  assert.equal(order.back(2), one);
});

test('a batch has its turn until it is taken back another way', () => {
  const order = new UndoOrder();
  order.push(step(1));
  order.push({ kind: 'batch', batchId: 4 });
  assert.equal(order.back(1)?.kind, 'batch');
  order.forgetBatch(4);
  assert.equal(order.back(1)?.kind, 'step');
});

test('what undo did is said in words', () => {
  assert.equal(travelWords(step(12), 'back'), 'Undid “accepted” on sample no. 12');
  assert.equal(travelWords(step(12), 'forth'), 'Redid “accepted” on sample no. 12');
  assert.equal(travelWords(step(3, false), 'back'), 'Undid a change on sample no. 3');
  const noted = step(3, false, { ...none, note: 'odd' });
  assert.equal(travelWords(noted, 'back'), 'Undid the note on sample no. 3');
  const [rejected, why] = [
    { ...none, decision: 'reject' },
    { ...none, decision: 'reject', reason: 'Wrong region' },
  ] as const;
  const said: Step = { ...step(3, false, why), before: rejected };
  assert.equal(travelWords(said, 'back'), 'Undid the reason on sample no. 3');
  assert.match(travelWords(step(3, true, none), 'back'), /^Back on sample no\. 3/);
});

test('a removed sample is known as such until something is done on it again', () => {
  const order = new UndoOrder();
  order.push(step(1));
  order.remove(1);
  assert.ok(order.isRemoved(1));
  assert.equal(order.back(2), order.back(1), 'its steps keep their turn');
  order.push(step(1));
  assert.ok(!order.isRemoved(1));
  order.remove(1);
  order.clear();
  assert.ok(!order.isRemoved(1));
});

test('tags are steps like others: the last one first, done again in order, and forgotten where it is lost', () => {
  const order = new UndoOrder();
  const painted = step(1, false, { ...none, decision: 'correct' });
  const tagged: TagStep = { kind: 'tags', tag: 'odd', on: true, sampleIds: [1], put: () => true };
  order.push(painted);
  order.push(tagged);
  assert.equal(order.back(1), tagged, 'what was done last on the sample on screen');
  order.moved(tagged, 'back');
  assert.equal(order.back(1), painted);
  assert.equal(order.forth(), tagged);
  order.moved(tagged, 'forth');
  order.push(step(2));
  assert.equal(order.back(1), painted, 'the sample on screen comes first');
  assert.equal(order.back(3)?.kind, 'step');
  order.forgetStep(tagged);
  assert.equal(order.back(3)?.kind, 'step');
  assert.equal(tagTravelWords(tagged, 'back'), 'Undid the tag “odd” on sample no. 1');
  const many: TagStep = { ...tagged, on: false, sampleIds: [1, 2] };
  assert.equal(tagTravelWords(many, 'forth'), 'Redid removing the tag “odd” on 2 samples');
});
