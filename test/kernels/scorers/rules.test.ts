/** Right values, row by row; the originals' own answers to hundreds of cases are in golden.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hrbenchLetter } from '../../../src-shared/kernels/scorers/hrbench.ts';
import { capitalize } from '../../../src-shared/kernels/scorers/python.ts';
import { popeTotals } from '../../../src-shared/kernels/scorers/corpus.ts';
import {
  type ScorerName,
  needsJudge,
  scoreAnswer,
  scorerOf,
} from '../../../src-shared/kernels/scorers/score.ts';
import { normalised } from '../../../src-shared/kernels/scorers/textvqa.ts';
import { choiceLetter } from '../../../src-shared/kernels/scorers/vlmevalkit/choice.ts';
import { normalised as kitNormalised } from '../../../src-shared/kernels/scorers/vlmevalkit/textvqa.ts';
import { vstarLetter } from '../../../src-shared/kernels/scorers/vstar.ts';

const COLOURS = ['red', 'blue', 'green', 'black'];

function score(
  scorer: ScorerName,
  answer: string,
  truths: string | readonly string[],
  category?: string,
): number {
  const all = typeof truths === 'string' ? [truths] : truths;
  return scoreAnswer(scorer, {
    answer,
    truths: all,
    options: COLOURS,
    question: '',
    category: category ?? null,
  });
}

test('V*: the first pattern that fits gives the letter', () => {
  const said: [string, string | null][] = [
    ['Based on the picture, the answer is (C).', 'B'],
    ['Because the flag is red: (A)', 'B'],
    ['The answer is a dog, option (B)', 'A'],
    ['Black', 'B'],
    ['It is a cat', 'A'],
    ['The color is blue', null],
    ['$\\boxed{C}$', null],
    ['I think it is C', 'C'],
    ['**C**', 'C'],
    ['C: blue', 'C'],
    ['Blue', 'B'],
    ['cab', 'C'],
    ['Yes', null],
  ];
  for (const [answer, letter] of said) assert.equal(vstarLetter(answer), letter, answer);
});

test('VLMEvalKit: words and texts of the options', () => {
  assert.equal(choiceLetter('Based on the picture, the answer is (C).', COLOURS), 'C');
  assert.equal(choiceLetter('Black', COLOURS), 'D');
  assert.equal(choiceLetter('b', COLOURS), null);
});

test('POPE: yes or no and nothing else; the yes ratio is of the keys', () => {
  assert.equal(score('pope', 'Yes.', 'yes'), 0);
  assert.equal(score('pope', ' YES\n', 'yes'), 1);
  assert.equal(score('vlmevalkit/pope', 'Yes.', 'yes'), 1);
  assert.equal(score('vlmevalkit/pope', 'yes and no', 'yes'), 0);
  const half = (answers: string[]) => answers.map((answer, i) => ({ answer, truth: i < 10 ? 'yes' : 'no' }));
  const always = popeTotals(half(Array<string>(20).fill('yes')))!;
  assert.deepEqual([always.accuracy, always.f1.toFixed(3), always.yesRatio], [0.5, '0.667', 0.5]);
  assert.equal(always.answeredYesRatio, 1);
  const stopped = popeTotals(
    half([...Array<string>(9).fill('Yes.'), 'Yes', ...Array<string>(10).fill('No')]),
  )!;
  assert.deepEqual(
    [stopped.accuracy, stopped.precision, stopped.recall, stopped.f1, stopped.answeredYesRatio],
    [0.55, 1, 1, 1, 0.05],
  );
});

test('TextVQA: answers as they are written before they are compared', () => {
  const ways: [string, string][] = [
    ["It's", "it 's"],
    ['10,000', '10000'],
    ['1,000/2', '1000 2'],
    ['x-ray', 'x ray'],
    ['x-ray - y', 'xray y'],
    ['coca,cola', 'cocacola'],
    ['5.', '5'],
    ['3.5', '3.5'],
    ['U.S.A.', 'usa'],
    ['a/b', 'b'],
    ['the', ''],
    ['None', '0'],
    ['Ten.', '10'],
    ['.'.repeat(40), '.'.repeat(8)],
  ];
  for (const [raw, written] of ways) assert.equal(normalised(raw), written, raw);
  assert.equal(kitNormalised("It's"), "it's");
  assert.equal(kitNormalised('1,000/2'), '10002');
  assert.equal(kitNormalised('coca,cola'), 'coca cola');
  const scores = [0, 1, 2, 3, 4, 10].map((k) =>
    score(
      'textvqa',
      'cat',
      Array.from({ length: 10 }, (_, i) => (i < k ? 'cat' : 'dog')),
    ),
  );
  assert.deepEqual(scores, [0, 0.3, 0.6, 0.9, 1, 1]);
});

test('TextVQA asks with one capital', () => {
  assert.equal(capitalize('what does IBM say'), 'What does ibm say');
  assert.equal(capitalize('ÉCOLE ΟΔΟΣ'), 'École οδος');
  assert.equal(capitalize('ﬁne ǆ'), 'Fine ǆ');
  assert.equal(capitalize(''), '');
});

test('ANLS: edits of collapsed texts over the length of raw ones', () => {
  const rows: [truth: string, answer: string, value: number][] = [
    ['abcd', 'ab', 0.5],
    ['abcd', 'abx', 0.5],
    ['abcd', 'wxyz', 0],
    ['abcd', `wxyz${' '.repeat(10)}`, 0.714],
    ['abcd', 'wxyz\n\n\n\n', 0.5],
    ['abcd', 'abxx   ', 0.714],
    ['straße', 'strase', 0.857],
    ['strasse', 'straße', 0.714],
    ['ab', '  ac  ', 0.833],
    ['', '', 1],
  ];
  for (const [truth, answer, value] of rows)
    assert.ok(Math.abs(score('anls', answer, truth) - value) < 5e-4, JSON.stringify([truth, answer]));
  assert.equal(score('anls', 'cat', ['dog', 'cat']), 1);
});

test('ChartQA: numbers as Python reads them', () => {
  const rows: [answer: string, truth: string, right: number][] = [
    ['12%', '0.12', 1],
    ['12', '12%', 0],
    ['12 %', '0.12', 1],
    ['12% ', '0.12', 0],
    ['0.0', '0', 0],
    ['0%', '0', 0],
    ['2110', '2010', 1],
    ['1,000', '1000', 0],
    ['1_000', '1000', 1],
    ['٣', '3', 1],
    ['0x10', '16', 0],
    ['', '0', 0],
    ['5%%', '0.05', 1],
    ['inf', 'inf', 0],
    ['nan', 'nan', 0],
    ['Yes ', 'Yes', 0],
    ['5.25', '5', 1],
    ['1e1', '10', 1],
    [' 5 ', '5', 1],
    ['5%', '5', 0],
  ];
  for (const [answer, truth, right] of rows)
    assert.equal(score('chartqa', answer, truth), right, JSON.stringify([answer, truth]));
  assert.equal(score('vlmevalkit/chartqa', 'Yes ', 'Yes'), 1);
});

test('GQA: lower case without ASCII punctuation, white space kept', () => {
  const rows: [answer: string, truth: string, right: number][] = [
    ['yes.', 'yes', 1],
    ['yes ', 'yes', 0],
    ['t-shirt', 'tshirt', 1],
    ['T shirt', 't-shirt', 0],
    ['yes。', 'yes', 0],
    ['a dog', 'dog', 0],
  ];
  for (const [answer, truth, right] of rows) assert.equal(score('gqa', answer, truth), right, answer);
  assert.equal(score('vlmevalkit/gqa', 'yes ', 'yes'), 1);
  assert.equal(score('vlmevalkit/gqa', 'yes.', 'yes'), 0);
});

test('OCRBench: the truth stands in the answer', () => {
  assert.equal(score('ocrbench', 'ＡＢＣ　1', 'abc 1'), 1);
  assert.equal(score('vlmevalkit/ocrbench', 'ＡＢＣ', 'abc'), 0);
  assert.equal(score('ocrbench', '4120', '12'), 1);
  assert.equal(score('ocrbench', 'anything', ''), 1);
  assert.equal(score('ocrbench', 'te\nxt', 'te xt'), 1);
  assert.equal(score('ocrbench', 'te\r\nxt', 'te xt'), 0);
  assert.equal(score('ocrbench', '\\frac { a } { B }', '\\frac{a}{B}', 'HME100k'), 1);
  assert.equal(score('ocrbench', '\\frac{a}{b}', '\\frac{a}{B}', 'HME100k'), 0);
});

test('HR-Bench: the letter among the words, else the option in the text, else a judge', () => {
  assert.equal(hrbenchLetter('The answer is B.', COLOURS), 'B');
  assert.equal(hrbenchLetter('A man', COLOURS), 'A');
  assert.equal(hrbenchLetter('Red, I think', COLOURS), 'A');
  assert.equal(hrbenchLetter('Red and blue', COLOURS), null);
  const unclear = { answer: 'Red and blue', truths: ['A'], options: COLOURS, question: '', category: null };
  assert.equal(needsJudge('hrbench', unclear), true);
  assert.equal(scoreAnswer('hrbench', unclear), 0);
  assert.equal(needsJudge('hrbench', { ...unclear, answer: 'red' }), false);
});

test('MME-RealWorld: the first capital from A to E', () => {
  assert.equal(score('mme-realworld', 'The best answer is (C)', 'C'), 1);
  assert.equal(score('mme-realworld', 'Because', 'B'), 1);
  assert.equal(score('mme-realworld', '', 'A'), 1);
  assert.equal(score('mme-realworld', 'e', 'E'), 1);
  assert.equal(score('mme-realworld', '<answer>b</answer> A', 'A'), 1);
  assert.equal(score('vlmevalkit/mme-realworld', '<answer>b</answer> A', 'B'), 1);
});

test('[SC4] a benchmark has its own rule', () => {
  assert.equal(scorerOf('docvqa'), 'anls');
  assert.equal(scorerOf('vstar'), 'vstar');
  assert.equal(scorerOf('zoombench'), 'zoombench');
  assert.equal(scorerOf('okvqa'), 'exact');
});

test('ZoomBench: the truth as mathruler writes it; of all else a judge is asked', () => {
  const rows: [answer: string, truth: string, right: number][] = [
    ['It says so. <answer>Red</answer>', 'red', 1],
    ['one\ntwo\n<answer>1,000', '1000', 0],
    ['<answer>1,000 meters</answer>', '1000', 1],
    ['I count\n3.0', '3', 0],
    ['3.0', '3', 1],
    ['Answer: red', 'red', 0],
    ['0.5', '1/2', 1],
    ['dark red', 'red', 0],
    ['\\text{red}', 'red', 0],
  ];
  for (const [answer, truth, right] of rows) {
    assert.equal(score('zoombench', answer, truth), right, answer);
    const asked = { answer, truths: [truth], options: [], question: '', category: null };
    assert.equal(needsJudge('zoombench', asked), right === 0, answer);
  }
});
