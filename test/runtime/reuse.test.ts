import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadModel } from '../../src-main/runtime/index.ts';
import { goldenCases } from '../support/demo-goldens.ts';
import { allTaps, joined, openDemo, pixelsOf, promptParts } from '../support/golden-model.ts';
import { assertClose } from '../support/numbers.ts';

/** Sums in another order: float32 rounding only. */
const TOLERANCE = 1e-5;

const checkpoint = await openDemo();
const model = await loadModel(checkpoint, { device: 'cpu' });
test.after(() => model.dispose());
const [golden] = goldenCases();
assert.ok(golden);
const { hiddenSize, layers } = model.profile;
const features = await model.encodeImage(await pixelsOf(checkpoint, golden));
const parts = promptParts(golden, features, hiddenSize);
const length = golden.last_prompt_position + 1;
const whole = await model.forward(model.newCache(), { parts, logits: 'all', hiddenOf: 3 });
const vocabulary = model.profile.vocabSize;
const lastLogits = whole.logits?.subarray(-vocabulary) ?? new Float32Array(0);

test('a prompt in chunks gives what the prompt in one piece gives', async () => {
  const cache = model.newCache();
  const count = features.length / hiddenSize;
  const cut = 100;
  const hidden: { data: Float32Array }[] = [];
  for (const chunk of [
    [parts[0]!, { features: features.subarray(0, cut * hiddenSize), count: cut }],
    [{ features: features.subarray(cut * hiddenSize), count: count - cut }],
    [parts[2]!],
  ]) {
    const { hidden: rows } = await model.forward(cache, { parts: chunk, logits: 'none', hiddenOf: 3 });
    hidden.push({ data: rows ?? new Float32Array(0) });
  }
  assert.equal(cache.length, length);
  assertClose(joined(hidden), whole.hidden ?? [], TOLERANCE, 'hidden states');
  cache.truncate(length - 1);
  const token = golden.input_ids.at(-1)!;
  const { logits } = await model.forward(cache, { parts: [{ tokens: [token] }] });
  assertClose(logits ?? [], lastLogits, TOLERANCE, 'logits');
});

test('logits of all rows end with the last row’s', async () => {
  const { logits } = await model.forward(model.newCache(), { parts });
  assert.equal(whole.logits?.length, length * vocabulary);
  assertClose(logits ?? [], lastLogits, TOLERANCE);
});

test('a kept prefix serves several questions, by truncate and by fork, and forks are independent', async () => {
  const prefix = model.newCache();
  await model.forward(prefix, { parts: parts.slice(0, 2), logits: 'none' });
  const kept = prefix.length;
  const ask = async (tokens: readonly number[]) => {
    const fresh = await model.forward(model.newCache(), { parts: [...parts.slice(0, 2), { tokens }] });
    const fork = prefix.fork();
    const forked = await model.forward(fork, { parts: [{ tokens }] });
    const reused = await model.forward(prefix, { parts: [{ tokens }] });
    prefix.truncate(kept);
    assertClose(forked.logits ?? [], fresh.logits ?? [], TOLERANCE, 'fork');
    assertClose(reused.logits ?? [], fresh.logits ?? [], TOLERANCE, 'truncate');
    assert.equal(fork.length, kept + tokens.length);
    return fork;
  };
  const first = await ask([5, 6, 7]);
  await ask([9, 8]);
  const shorter = first.fork(2);
  assert.equal(shorter.length, 2);
  first.dispose();
  assert.equal(first.length, 0);
  assert.equal(prefix.length, kept);
});

test('an early exit gives the taps and hidden states of the full run', async () => {
  const rows = [length - 1, length] as const;
  const keys = golden.visual_positions;
  const taps = { heads: [{ layer: 1, heads: [3, 1] }], rows, keys };
  const cache = model.newCache();
  const early = await model.forward(cache, { parts, taps, layers: 2 });
  const full = await model.forward(model.newCache(), { parts, taps: allTaps(layers, rows, keys) });
  const n = keys[1] - keys[0];
  const of = (head: number) => ({ data: full.taps[1]!.data.subarray(head * n, (head + 1) * n) });
  assert.deepEqual(early.taps[0]?.heads, [3, 1]);
  assertClose(early.taps[0]?.data ?? [], joined([of(3), of(1)]), TOLERANCE);

  const hidden = await model.forward(model.newCache(), { parts, layers: 3, hiddenOf: 3 });
  assertClose(hidden.hidden ?? [], whole.hidden ?? [], TOLERANCE);

  await assert.rejects(model.forward(cache, { parts: [{ tokens: [5] }] }), /layer 2 lacks keys/);
  cache.truncate(0);
  await model.forward(cache, { parts: [{ tokens: [5] }] });
});

test('a failed feed leaves the cache as it was', async () => {
  const cache = model.newCache();
  await model.forward(cache, { parts: [{ tokens: [5, 6] }] });
  const bad = [
    { parts: [{ tokens: [vocabulary] }] },
    { parts: [] },
    { parts: [{ tokens: [5] }], layers: layers + 1 },
    { parts: [{ tokens: [5] }], taps: { heads: [{ layer: 0, heads: [9] }], rows: [0, 1], keys: [0, 1] } },
    { parts: [{ tokens: [5] }], taps: { heads: [{ layer: 0, heads: [0] }], rows: [0, 2], keys: [0, 1] } },
    { parts: [{ tokens: new Array<number>(3000).fill(5) }] },
  ] as const;
  for (const request of bad) await assert.rejects(model.forward(cache, request), { name: 'FoveaError' });
  assert.equal(cache.length, 2);
  await model.forward(cache, { parts: [{ tokens: [7] }] });
  assert.equal(cache.length, 3);
});
