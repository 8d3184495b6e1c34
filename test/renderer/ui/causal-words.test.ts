import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  causalSmallPrint,
  causalVerdict,
  formatProbability,
  formatTimes,
  plain,
} from '../../../src-shared/contract/causal-words.ts';
import type { CausalCheck, VariantName } from '../../../src-shared/contract/inspect.ts';
import { causalEffect } from '../../../src-shared/kernels/measures/causal-effect.ts';

type Said = Partial<Record<VariantName, readonly [answer: string, p: number | null]>>;

interface Wish {
  readonly controls?: readonly number[];
  readonly tokens?: number;
  readonly given?: boolean;
}

function check(
  said: Said,
  { controls = Array(8).fill(0.6), tokens = 1, given = false }: Wish = {},
): CausalCheck {
  const variants = Object.entries(said).map(([name, [answer, p]]) => ({
    name: name as VariantName,
    answer,
    logProb: p === null ? null : Math.log(p),
    ms: 1,
  }));
  const of = (name: VariantName) => said[name]?.[1] ?? null;
  const [whole, hidden] = [of('whole'), of('hidden')];
  const scores = controls.map((p) => Math.log(p));
  const effect =
    whole === null || hidden === null
      ? null
      : causalEffect({ whole: Math.log(whole), hidden: Math.log(hidden), controls: scores, tokens });
  return {
    predictionId: 1,
    box: [0, 0, 2, 2],
    seed: 0,
    controls: scores.map((logProb, i) => ({ box: [4, i, 6, i + 2], logProb, ms: 1 })),
    scored: { answer: 'red', tokens, given },
    fill: { colour: [1, 2, 3], source: 'padding' },
    variants,
    effect: effect && { ...effect, controlDrops: [...effect.controlDrops] },
    device: 'cpu',
  };
}
const text = (found: CausalCheck, truth: string | null = null) =>
  causalVerdict(found, truth).sentences.join(' ');

test('11-B15: another answer at 0.72% beside 0.70% is a guess, and nothing is said to depend on the region', () => {
  const found = check(
    { whole: ['red', 0.0072], hidden: ['blue', 0.007], only: ['red', 0.0071], controlOnly: ['red', 0.007] },
    { controls: Array(8).fill(0.0072) },
  );
  const { kind, sentences } = causalVerdict(found, 'green');
  assert.equal(kind, 'guessing');
  assert.match(sentences[0]!, /The model was guessing: “red” has a probability of 0\.72% \(below 10%\)/);
  assert.doesNotMatch(sentences.join(' '), /depends/);
  assert.match(sentences.join(' '), /data’s answer is another one: “green”/);
  assert.match(sentences.join(' '), /answers “blue” instead of “red”/);
});

test('a region that matters is told with the numbers: how much, beside how many boxes, at which rank', () => {
  const found = check({
    whole: ['red', 0.62],
    hidden: ['blue', 0.01],
    only: ['red', 0.5],
    controlOnly: ['x', 0.02],
  });
  assert.equal(causalVerdict(found).kind, 'depends');
  assert.match(
    text(found),
    /62 times less likely \(62% → 1\.0%\); hiding 8 other boxes of the same size .+rank 1 of 9, .+ spreads above their mean\): the answer depends on this region more than on those\./,
  );
  assert.match(
    text(found),
    /With nothing but the region its probability is 50%, 2\.0% with nothing but another box/,
  );
});

test('the same answer in words does not hide that its likelihood fell, and the other way round', () => {
  const fell = check({ whole: ['red', 0.9], hidden: ['red', 0.2] }, { controls: Array(8).fill(0.9) });
  assert.equal(causalVerdict(fell).kind, 'depends');
  assert.match(text(fell), /still answers “red”/);
  const changed = check({ whole: ['red', 0.5], hidden: ['blue', 0.45] }, { controls: Array(8).fill(0.5) });
  assert.equal(causalVerdict(changed).kind, 'not_shown');
  assert.match(text(changed), /does not show/);
});

test('at the borders nothing more is claimed than the numbers carry', () => {
  const controls = [0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9];
  assert.equal(
    causalVerdict(check({ whole: ['red', 0.9], hidden: ['red', 0.4499] }, { controls })).kind,
    'depends',
  );
  const little = check({ whole: ['red', 0.9], hidden: ['red', 0.4501] }, { controls });
  assert.equal(causalVerdict(little).kind, 'unclear');
  assert.match(text(little), /not clearly \(2 times are asked for\)/);
  const wide = check(
    { whole: ['red', 0.9], hidden: ['red', 0.1] },
    { controls: [0.9, 0.15, 0.9, 0.15, 0.9, 0.15, 0.9, 0.15] },
  );
  assert.match(text(wide), /not clearly \(3 spreads are asked for\)/);
  const other = check(
    { whole: ['red', 0.9], hidden: ['red', 0.1] },
    { controls: [...controls.slice(1), 0.05] },
  );
  assert.match(text(other), /rank 2 of 9.+does not show/);
  const more = check({ whole: ['red', 0.5], hidden: ['red', 0.9] }, { controls });
  assert.match(text(more), /1\.8 times more likely.+does not show/);
  assert.equal(
    causalVerdict(check({ whole: ['red', 0.1001], hidden: ['red', 0.01] }, { controls })).kind === 'guessing',
    false,
  );
  assert.equal(
    causalVerdict(check({ whole: ['red', 0.0999], hidden: ['red', 0.01] }, { controls })).kind,
    'guessing',
  );
});

test('without room for controls, without tokens, with a given answer', () => {
  assert.match(
    text(check({ whole: ['red', 0.9], hidden: ['x', 0.1] }, { controls: [] })),
    /room for no other box.+4 are needed/,
  );
  assert.match(
    text(check({ whole: ['red', 0.9], hidden: ['x', 0.1] }, { controls: [0.9, 0.9] })),
    /only 2 other boxes/,
  );
  assert.equal(
    causalSmallPrint(check({}, { controls: [] })),
    'The picture has no room for another box of this size.',
  );
  assert.match(causalSmallPrint(check({})), /8 other boxes .+ a given one ranks first once in 9 checks/);
  assert.match(
    causalSmallPrint(check({}, { controls: [0.5] })),
    /^1 other box of the same size.+is the control/,
  );
  const bare = causalVerdict(check({ whole: ['', null], hidden: ['', null] }));
  assert.equal(bare.kind, 'unscored');
  const given = check({ whole: ['red', 0.01], hidden: ['x', 0.01] }, { given: true });
  assert.match(text(given), /does not hold the answer it was given/);
  const long = check({ whole: ['red', 0.3 ** 12], hidden: ['x', 0.01] }, { tokens: 12 });
  assert.match(text(long), /30% a token on average \(below 50%\)/);
});

test('answers differ by their words alone; numbers read well', () => {
  assert.equal(plain('  Red  tag. '), plain('red tag'));
  assert.equal(formatProbability(Math.log(0.62)), '62%');
  assert.equal(formatProbability(Math.log(0.0004)), '0.040%');
  assert.equal(formatProbability(Math.log(0.009)), '0.90%', 'as many digits as what it is compared with');
  assert.equal(formatProbability(-800), '≈ 0');
  assert.equal(formatTimes(3.44), '3.4 times');
  assert.equal(formatTimes(1.02), '1.02 times');
  assert.equal(formatTimes(2e6), 'more than a million times');
});
