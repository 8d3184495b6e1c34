import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  comparable,
  comparison,
  comparisonWords,
  pairOf,
  pairWords,
  runNames,
} from '../../../src-renderer/panes/compare.ts';
import { keyOf, PICTURE, RAW, type MapSource } from '../../../src-renderer/panes/map-source.ts';
import type { Run } from '../../../src-shared/contract/domain.ts';
import { presetSchema } from '../../../src-shared/contract/preset.ts';

const preset = presetSchema.parse({
  id: 'demo',
  name: 'Own heads',
  family: 'llava',
  grounding: [{ layer: 4, heads: [1, 3] }],
  sink: null,
  rows: 'answer',
  labels: { variant: 'llava', sinkThresh: 0.01, binaryCoff: 0.2, bgCoff: 0.1, maxRatioLimit: 0.5 },
  roi: { variant: 'llava', form: 'bbox', threshold: 0.15 },
  rpn: null,
  maxNewTokens: 16,
});
const run = (id: number, adapter?: string, other: Partial<Run> = {}): Run => ({
  id,
  modelName: adapter === undefined ? 'base' : `base + ${adapter}`,
  modelDir: '/models/base',
  ...(adapter === undefined ? {} : { adapterDir: `/loras/${adapter}` }),
  preset,
  answerMode: 'self',
  device: null,
  createdAt: '2026-11-20T13:00:00.000Z',
  ...other,
});
const foreign = run(3, undefined, { modelDir: '/models/other', modelName: 'other' });
const runs = [
  run(1),
  run(2, 'lora'),
  foreign,
  run(4, 'second'),
  run(5, undefined, { answerMode: 'teacher' }),
];
const [base, lora] = runs as [Run, Run];

test('base and adapter belong together, not runs that differ in more', () => {
  assert.equal(pairOf(lora, runs), base);
  assert.equal(pairOf(base, runs), lora);
  assert.equal(pairOf(foreign, runs), null);
  assert.equal(pairOf(runs[4]!, runs), null, 'given answers are another question');
  assert.equal(pairOf(lora, [lora, runs[3]!]), runs[3], 'two adapters of one base');
  const linked = run(6, undefined, { modelDir: '/links/base' });
  assert.equal(pairOf(lora, [lora, linked]), linked, 'the same model through a link');
  assert.equal(pairWords(base), 'Compare with its base');
  assert.equal(pairWords(lora), 'Compare with base + lora');
});

test('the menu offers every other run, the pair first and by what it is', () => {
  const ids = (active: number | null) => comparable(runs, active).map(({ id }) => id);
  assert.deepEqual(ids(2), [1, 3, 4, 5]);
  assert.deepEqual(ids(4), [1, 2, 3, 5]);
  assert.deepEqual(ids(3), [1, 2, 4, 5]);
  assert.deepEqual(ids(null), [1, 2, 3, 4, 5]);
  assert.equal(comparisonWords(base, runs, 2), 'Its base · Run 1: base, Own heads');
  assert.equal(comparisonWords(lora, runs, 1), 'With its adapter · Run 2: base + lora, Own heads');
  assert.equal(comparisonWords(foreign, runs, 2), 'Run 3: other, Own heads');
});

test('three panes: the first map on screen of each run, and their difference', () => {
  const keys = (shown: readonly MapSource[]) => comparison(shown, 2).map(keyOf);
  assert.deepEqual(keys([RAW]), ['raw', 'raw@2', 'raw − raw@2']);
  const label: MapSource = { kind: 'map', map: 'label', run: null };
  const sink: MapSource = { kind: 'map', map: 'sink', run: 7 };
  assert.deepEqual(keys([PICTURE, label, sink]), ['sink', 'sink@2', 'sink − sink@2']);
  assert.deepEqual(keys([PICTURE, label]), ['raw', 'raw@2', 'raw − raw@2']);
});

test('panes say whose map it is as soon as those of two runs are on screen', () => {
  const shown = comparison([RAW], 1);
  assert.deepEqual(runNames(shown, runs, 2), ['base + lora', 'base', null]);
  assert.deepEqual(runNames([RAW, PICTURE, RAW], runs, 2), [null, null, null]);
  const alike = [run(1), run(2, undefined, { answerMode: 'teacher' })];
  assert.deepEqual(runNames(comparison([RAW], 1), alike, 2), [
    'Run 2: base, Own heads, given answers',
    'Run 1: base, Own heads',
    null,
  ]);
});
