import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Run } from '../../../src-shared/contract/domain.ts';
import {
  boxesOf,
  keyOf,
  lasting,
  mapSourceSchema,
  RAW,
  RPN,
  runsOf,
  shows,
  type MapSource,
  type PlainSource,
} from '../../../src-renderer/panes/map-source.ts';
import { choiceGroups, titleOf, uniqueTitles } from '../../../src-renderer/panes/pane-choices.ts';
import { runTitle } from '../../../src-renderer/ui/run-words.ts';
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
const run = (id: number): Run => ({
  id,
  modelName: 'demo',
  modelDir: '/models/demo',
  preset,
  answerMode: id === 3 ? 'teacher' : 'self',
  device: null,
  createdAt: '2026-11-20T13:00:00.000Z',
});
const head: PlainSource = { kind: 'head', layer: 4, head: 1 };
const layer: PlainSource = { kind: 'head', layer: 4, head: null };
const other: PlainSource = { kind: 'map', map: 'rpn', run: 2 };
const difference: MapSource = { kind: 'difference', left: other, right: RAW };
const nameOf = (source: PlainSource) => (source.kind === 'head' ? `L${source.layer} H${source.head}` : '?');

test('a picker offers this run, heads, and every other run', () => {
  const groups = choiceGroups({
    shown: RAW,
    numeric: false,
    runs: [run(1), run(2), run(3)],
    activeRunId: 1,
    heads: [head, layer],
    tokens: [],
    nameOf,
  });
  assert.deepEqual(
    groups.map(({ words }) => words),
    ['This run', 'Heads', 'Layers', runTitle(run(2)), runTitle(run(3))],
  );
  assert.deepEqual(
    groups[0]!.choices.map(({ words }) => words),
    [
      'Picture',
      'Raw attention',
      'Question map',
      'Sink map',
      'Denoised',
      'Label',
      'RPN logits',
      'RPN probability',
    ],
  );
  assert.deepEqual(groups[1]!.choices[0]!.words, 'L4 H1');
  assert.match(groups[4]!.words, /Run 3: demo, .*given answers/);
});

test('what is shown is offered even when nothing else knows it; operands have numbers', () => {
  const gone: PlainSource = { kind: 'map', map: 'raw', run: 9 };
  const options = {
    shown: gone,
    numeric: true,
    runs: [run(1)],
    activeRunId: 1,
    heads: [],
    tokens: [],
    nameOf,
  };
  const groups = choiceGroups(options);
  assert.deepEqual(groups.at(-1), {
    words: 'Shown now',
    choices: [{ source: gone, words: 'Raw attention, run 9' }],
  });
  const words = groups[0]!.choices.map((choice) => choice.words);
  assert.ok(!words.includes('Picture') && !words.includes('Label'));
});

test('titles name other runs and both maps of a difference; equal ones are told apart', () => {
  assert.equal(titleOf(difference, nameOf), 'RPN probability, run 2 − Raw attention');
  assert.deepEqual(uniqueTitles(['Label', 'Raw', 'Label']), ['Label', 'Raw', 'Label (pane 3)']);
});

test('sources have one key each, survive storing, and say which runs they need', () => {
  const all: MapSource[] = [
    { kind: 'picture' },
    RAW,
    RPN,
    other,
    head,
    layer,
    { kind: 'token', index: 4 },
    difference,
  ];
  assert.equal(new Set(all.map(keyOf)).size, all.length);
  for (const source of all) {
    assert.deepEqual(mapSourceSchema.parse(JSON.parse(JSON.stringify(source))), source);
  }
  assert.deepEqual(runsOf([...all, other]), [2]);
  assert.ok(!mapSourceSchema.safeParse({ ...difference, left: difference }).success, 'no nesting');
});

test('a token belongs to one answer and is not remembered, alone or in a difference', () => {
  const token: PlainSource = { kind: 'token', index: 1 };
  assert.ok(shows('token', token) && shows('token', { kind: 'difference', left: RAW, right: token }));
  assert.ok(![RAW, head, difference].some((source) => shows('token', source)));
  assert.deepEqual(lasting(token), RAW);
  assert.deepEqual(lasting({ kind: 'difference', left: RAW, right: token }), RAW);
  assert.equal(lasting(difference), difference);
});

test('logits have the boxes of the probabilities, question and sink none', () => {
  const boxes = { raw: [[0, 0, 1, 1]], denoised: [[0, 0, 2, 2]], rpn: [[0, 0, 3, 3]] } as const;
  assert.equal(boxesOf('logits', boxes), boxes.rpn);
  assert.equal(boxesOf('raw', boxes), boxes.raw);
  assert.deepEqual(
    [boxesOf('question', boxes), boxesOf('sink', boxes), boxesOf('label', boxes)],
    [[], [], []],
  );
});
