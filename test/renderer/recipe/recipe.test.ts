import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  dialsOf,
  dialText,
  headWords,
  positionOf,
  recipeOf,
  sameHeads,
  sameThresholds,
  slugOf,
  STEPS,
  typedValue,
  valueAt,
  valueOf,
  recipeOn,
  whyNotLoadable,
  withValue,
} from '../../../src-renderer/recipe/recipe.ts';
import { presetSchema } from '../../../src-shared/contract/preset.ts';
import { testPreset } from '../../support/project.ts';

const recipe = recipeOf(testPreset);

test('every dial gives back the value of each of its positions, and moves one way', () => {
  const qwen = { ...recipe, labels: { ...recipe.labels, variant: 'qwen' as const } };
  const dials = dialsOf(qwen);
  assert.deepEqual(
    dials.map(({ key }) => key),
    ['sinkThresh', 'binaryCoff', 'bgCoff', 'maxRatioLimit', 'minMax', 'roi'],
  );
  for (const dial of dials) {
    let last = -1;
    for (let position = 0; position <= STEPS; position++) {
      const value = valueAt(dial, position);
      assert.ok(value > last, `${dial.key} at ${position}`);
      assert.equal(positionOf(dial, value), position, `${dial.key} ${value}`);
      last = value;
    }
    assert.equal(valueAt(dial, STEPS), dial.max);
    assert.equal(valueAt(dial, 0), 0);
    assert.ok(positionOf(dial, 5) === STEPS && positionOf(dial, 0) === 0);
  }
});

test('what is typed on a dial is what it then reads; what is no value of it says from where to where it goes', () => {
  const dials = dialsOf({ ...recipe, labels: { ...recipe.labels, variant: 'qwen' as const } });
  const of = (key: string) => dials.find((dial) => dial.key === key)!;
  const cases: [key: string, text: string, value: number][] = [
    ['binaryCoff', '12.5', 0.125],
    ['binaryCoff', ' 12,5 % ', 0.125],
    ['binaryCoff', '12.3456%', 0.123],
    ['binaryCoff', '0', 0],
    ['roi', '.15', 0.15],
    ['roi', '15%', 0.15],
    ['sinkThresh', '2e-3', 0.002],
    ['sinkThresh', '0', 0],
  ];
  for (const [key, text, value] of cases) {
    assert.equal(typedValue(of(key), text), value, `${key} ${text}`);
    assert.equal(typedValue(of(key), dialText(of(key), value)), value, 'what is read can be typed again');
  }
  for (const dial of dials)
    for (let position = 0; position <= STEPS; position++) {
      const value = valueAt(dial, position);
      assert.equal(typedValue(dial, dialText(dial, value)), value, `${dial.key} ${value}`);
    }
  for (const text of ['', 'much', '12 5', '101', '-1', '1e9', 'NaN', '0x10'])
    assert.match(String(typedValue(of('binaryCoff'), text)), /Foreground: 0% to 100%$/, text);
  assert.match(String(typedValue(of('sinkThresh'), '1e-7')), /Sink threshold: 0, or 1.00e-5 to 1.00$/);
  const [roi] = dialsOf({ ...recipe, roi: { ...recipe.roi, threshold: -0.4 } }).slice(-1);
  assert.equal(typeof typedValue(roi!, '0'), 'string', 'zero would be the other rule');
});

test('a dial is there for what its preset has only', () => {
  assert.ok(!dialsOf(recipe).some(({ key }) => key === 'minMax'));
});

test('turning a dial changes its number alone, and a recipe turned back is the stored one', () => {
  for (const { key } of dialsOf(recipe)) {
    const turned = withValue(recipe, key, 0.37);
    assert.equal(valueOf(turned, key), 0.37);
    assert.equal(sameThresholds(turned, recipe), false, key);
    assert.ok(sameThresholds(withValue(turned, key, valueOf(recipe, key)), recipe), key);
  }
  assert.ok(presetSchema.safeParse({ ...testPreset, ...withValue(recipe, 'roi', 0) }).success);
});

test('a negative RoI threshold stays one: it is another rule', () => {
  const negative = { ...recipe, roi: { ...recipe.roi, threshold: -0.4 } };
  assert.equal(valueOf(negative, 'roi'), 0.4);
  assert.equal(withValue(negative, 'roi', 0.25).roi.threshold, -0.25);
  assert.ok(withValue(negative, 'roi', 0).roi.threshold < 0);
});

test('heads are the same in any order, and are told in words', () => {
  const a = {
    ...recipe,
    grounding: [
      { layer: 1, heads: [0, 2] },
      { layer: 3, heads: 'all' as const },
    ],
  };
  const b = {
    ...recipe,
    grounding: [
      { layer: 3, heads: 'all' as const },
      { layer: 1, heads: [2, 0] },
    ],
  };
  assert.ok(sameHeads(a, b));
  assert.equal(sameHeads(a, recipe), false);
  assert.equal(headWords(a.grounding), 'layer 1: 0, 2 · layer 3: all');
  assert.equal(headWords(null), 'none');
});

test('a name becomes an id that a preset may have', () => {
  for (const [name, id] of [
    ['My heads, 2', 'my-heads-2'],
    ['Größe: fein', 'gro-e-fein'],
    ['.. /x', 'x'],
    ['更好', ''],
  ] as const) {
    const slug = slugOf(name);
    assert.equal(slug, id, name);
    if (slug) assert.ok(presetSchema.shape.id.safeParse(slug).success, slug);
  }
});

test('on the dials a preset goes by the rules of the run; one that names others is refused', () => {
  const qwen = { ...testPreset.roi, variant: 'qwen' as const, form: 'mask' as const };
  const plain = { ...testPreset, roi: qwen };
  const qzoom = { ...testPreset, roi: { ...qwen, threshold: 0.4, rules: 'q-zoom' as const } };
  assert.deepEqual(recipeOn(plain, qzoom).roi, { ...qwen, rules: 'q-zoom' });
  assert.deepEqual(recipeOn(plain, plain).roi, qwen);
  assert.equal(whyNotLoadable(plain, qzoom), null);
  assert.equal(whyNotLoadable(qzoom, qzoom), null);
  assert.match(whyNotLoadable(qzoom, plain) ?? '', /Q-Zoom’s rules/);
});

test('a preset goes on the dials only over maps that it would make, too', () => {
  assert.equal(whyNotLoadable({ ...testPreset, id: 'other', name: 'Other' }, testPreset), null);
  const heads = [{ layer: 0, heads: [1] }];
  assert.equal(whyNotLoadable({ ...testPreset, grounding: heads, sink: heads }, testPreset), null);
  const model = { layers: 4, heads: 2 };
  const run = { ...testPreset, model };
  const refused = [
    { ...testPreset, family: 'qwen3_vl' as const },
    { ...testPreset, labels: { ...testPreset.labels, variant: 'qwen' as const } },
    { ...testPreset, rows: testPreset.rows === 'answer' ? ('last_prompt' as const) : ('answer' as const) },
    { ...testPreset, sink: [{ layer: 9, heads: [1] }] },
    { ...testPreset, grounding: [{ layer: 4, heads: 'all' as const }] },
    { ...testPreset, grounding: [{ layer: 3, heads: [2] }] },
  ];
  for (const preset of refused) assert.match(whyNotLoadable(preset, run) ?? '', /^It /);
});
