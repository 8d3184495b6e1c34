/** Prompts and budgets beside lmms-eval's own (test/golden/scorers/prompts.py), and the authors' thresholds. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { BENCHMARKS, benchmarkNamed } from '../../src-shared/contract/benchmarks/benchmarks.ts';
import { evaluatedThresholds } from '../../src-shared/contract/benchmarks/roi-thresholds.ts';
import {
  hrbenchQuestion,
  mmeQuestion,
  vstarQuestion,
} from '../../src-main/importers/forms/benchmarks/choice.ts';
import { BENCHMARKS as FORMS } from '../../src-main/importers/forms/benchmarks/index.ts';
import { SCORER_NAMES } from '../../src-shared/kernels/scorers/score.ts';
import { golden } from '../golden/scorers/compare.ts';

interface Prompts {
  readonly maxNewTokens: number | null;
  readonly asked: readonly {
    readonly question: string;
    readonly options: readonly string[];
    readonly prompt: string;
  }[];
}

const prompts = golden<Record<string, Prompts>>(
  path.join(import.meta.dirname, '../golden/scorers'),
  'prompts.json.gz',
);

/** What an importer stores of a question, which is what a prompt is made of. */
function stored(id: string, question: string, options: readonly string[]): string {
  if (id === 'vstar') return vstarQuestion(question).question;
  if (id === 'hrbench') return hrbenchQuestion(question, options);
  if (id !== 'mme-realworld') return question;
  return mmeQuestion(
    question,
    options.map((option, i) => `(${'ABCD'[i]!}) ${option}`),
  );
}

test('every benchmark but ZoomBench asks what lmms-eval asks, with its budget', () => {
  for (const { id, prompt, maxNewTokens } of BENCHMARKS) {
    const theirs = prompts[id];
    if (theirs === undefined) {
      assert.equal(id, 'zoombench');
      continue;
    }
    assert.equal(maxNewTokens, theirs.maxNewTokens ?? 128, id);
    for (const { question, options, prompt: asked } of theirs.asked)
      assert.equal(prompt(stored(id, question, options)), asked, id);
  }
});

test('names are those that importers write, and rules are there', () => {
  const imported = new Set(FORMS.map(({ name }) => name));
  for (const { id, scorer, otherScorers } of BENCHMARKS) {
    // One form reads DocVQA and InfographicVQA.
    assert.ok(imported.has(id === 'infovqa' ? 'docvqa' : id), id);
    for (const name of [scorer, ...otherScorers]) assert.ok(SCORER_NAMES.includes(name), name);
  }
  assert.equal(benchmarkNamed('textvqa')?.scorer, 'textvqa');
  assert.equal(benchmarkNamed('vqav2'), null);
  assert.equal(benchmarkNamed(null), null);
});

test('thresholds are the authors’, and absent where they say nothing', () => {
  assert.deepEqual(evaluatedThresholds('llava-1.5', 'sd-rpn', 'ocrbench', 576), { roi: 0.05, gate: null });
  assert.deepEqual(evaluatedThresholds('qwen2.5-vl-3b', 'sd-rpn', 'vstar', 576)?.roi, 0.175);
  assert.deepEqual(evaluatedThresholds('qwen2.5-vl-3b', 'sd-rpn', 'vstar', 4096)?.roi, 0.075);
  assert.deepEqual(evaluatedThresholds('qwen2.5-vl-7b', 'q-zoom', 'chartqa', 576), {
    roi: 0.125,
    gate: 0.05,
  });
  assert.deepEqual(evaluatedThresholds('qwen2.5-vl-7b', 'q-zoom', 'vstar', 4096), { roi: 0.03, gate: 0.02 });
  assert.deepEqual(evaluatedThresholds('qwen2.5-vl-7b', 'q-zoom', 'vstar', 1024), { roi: 0.05, gate: 0.025 });
  assert.deepEqual(evaluatedThresholds('qwen3-vl-4b', 'q-zoom', 'hrbench', 4096), { roi: 0.1, gate: 0.025 });
  assert.equal(evaluatedThresholds('qwen2.5-vl-7b', 'sd-rpn', 'textvqa', 576), null);
  assert.equal(evaluatedThresholds('qwen2.5-vl-3b', 'q-zoom', 'textvqa', 576), null);
  assert.equal(evaluatedThresholds('llava-1.5', 'sd-rpn', 'gqa', 576), null);
});
