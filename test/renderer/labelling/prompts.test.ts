import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anewWords, promptWords, toMakeAnew } from '../../../src-renderer/labelling/prompts.ts';

const run = { runId: 1, kind: 'vicuna_v1', state: 'same', shown: 5, decided: 2 } as const;

test('nothing is to be made anew where the prompt is the same, unknown, or its labels are not on screen', () => {
  assert.equal(toMakeAnew([], null), null);
  assert.equal(toMakeAnew([run], 1), null);
  assert.equal(toMakeAnew([{ ...run, state: 'unrecorded' }], 1), null);
  assert.equal(toMakeAnew([{ ...run, state: 'unchecked' }], 1), null);
  assert.equal(toMakeAnew([{ ...run, state: 'other', shown: 2, decided: 2 }], 1), null);
});

test('the active run labels anew, else the one that most samples show; all marked samples are counted', () => {
  const small = { ...run, state: 'other' } as const;
  const large = { ...small, runId: 2, shown: 30, decided: 0 };
  assert.deepEqual(toMakeAnew([small, large], 1), { runId: 1, shown: 33 });
  assert.deepEqual(toMakeAnew([small, large, { ...run, runId: 3 }], 3), { runId: 2, shown: 33 });
});

test('words', () => {
  assert.equal(promptWords(undefined), null);
  assert.equal(promptWords(run), 'vicuna_v1');
  assert.equal(promptWords({ ...run, state: 'unchecked' }), 'vicuna_v1');
  assert.equal(promptWords({ ...run, state: 'other' }), 'made with another prompt');
  assert.equal(promptWords({ ...run, kind: null, state: 'unrecorded' }), 'prompt not recorded');
  assert.equal(promptWords({ ...run, kind: null }), 'as the model is asked now');
  assert.equal(anewWords({ runId: 1, shown: 1 }), '1 sample shows a label made with another prompt.');
  assert.match(
    anewWords({ runId: 1, shown: 1200 }),
    /^1.200 samples show labels made with another prompt\.$/,
  );
});
