/** The scorers by name. A name stands here when its rule is implemented, never before; docs/scoring.md has them in words. */
import { anls } from './anls.ts';
import type { ScoreCase, Scorer } from './case.ts';
import { chartqa } from './chartqa.ts';
import { exact } from './exact.ts';
import { gqa } from './gqa.ts';
import { hrbench, hrbenchLetter } from './hrbench.ts';
import { mmeRealworld } from './mme-realworld.ts';
import { ocrbench } from './ocrbench.ts';
import { pope } from './pope.ts';
import { textvqa } from './textvqa.ts';
import { chartqa as kitChartqa } from './vlmevalkit/chartqa.ts';
import { choice as kitChoice, choiceLetter } from './vlmevalkit/choice.ts';
import { gqa as kitGqa } from './vlmevalkit/gqa.ts';
import { mmeRealworld as kitMmeRealworld } from './vlmevalkit/mme-realworld.ts';
import { ocrbench as kitOcrbench } from './vlmevalkit/ocrbench.ts';
import { pope as kitPope } from './vlmevalkit/pope.ts';
import { textvqa as kitTextvqa } from './vlmevalkit/textvqa.ts';
import { vstar } from './vstar.ts';
import { zoombench, zoombenchVerdict } from './zoombench.ts';

/** Those of lmms-eval 0.7.3 by their benchmark, ZoomBench's by its publishers, and VLMEvalKit's where it counts otherwise: DocVQA and InfoVQA it counts alike. */
const SCORERS = {
  exact,
  textvqa,
  anls,
  chartqa,
  ocrbench,
  vstar,
  hrbench,
  'mme-realworld': mmeRealworld,
  pope,
  gqa,
  zoombench,
  'vlmevalkit/textvqa': kitTextvqa,
  'vlmevalkit/chartqa': kitChartqa,
  'vlmevalkit/ocrbench': kitOcrbench,
  'vlmevalkit/vstar': kitChoice,
  'vlmevalkit/hrbench': kitChoice,
  'vlmevalkit/mme-realworld': kitMmeRealworld,
  'vlmevalkit/pope': kitPope,
  'vlmevalkit/gqa': kitGqa,
} as const satisfies Record<string, Scorer>;

export type ScorerName = keyof typeof SCORERS;

export const SCORER_NAMES = Object.keys(SCORERS) as readonly ScorerName[];

/** Raised whenever a rule that stood here counts otherwise than before: what is stored was counted by one, and is counted anew. */
export const RULES_VERSION = 1;

/** By the benchmark's name, as importers write it (`benchmark:NAME`). */
const BY_BENCHMARK: ReadonlyMap<string, ScorerName> = new Map([
  ['textvqa', 'textvqa'],
  ['docvqa', 'anls'],
  ['infovqa', 'anls'],
  ['chartqa', 'chartqa'],
  ['ocrbench', 'ocrbench'],
  ['vstar', 'vstar'],
  ['hrbench', 'hrbench'],
  ['mme-realworld', 'mme-realworld'],
  ['pope', 'pope'],
  ['gqa', 'gqa'],
  ['zoombench', 'zoombench'],
]);

/** Whose rule counts answers of a benchmark; `exact` for data of none, or of one without a rule here. */
export function scorerOf(benchmark: string | null): ScorerName {
  return (benchmark !== null && BY_BENCHMARK.get(benchmark)) || 'exact';
}

/**
 * The answer is taken as it is; lmms-eval strips it before it is scored (`api/task.py`, process_results), VLMEvalKit does not.
 * @returns 0 (wrong) … 1 (right)
 * @throws RangeError without truths: what nobody knows the answer to is neither right nor wrong
 */
export function scoreAnswer(scorer: ScorerName, c: ScoreCase): number {
  if (c.truths.length === 0) throw new RangeError('there is no right answer to score by');
  return SCORERS[scorer](c);
}

/**
 * Whether the harness would ask a language model what the answer means, because its rules do not tell. Fovea asks none: such
 * an answer scores 0, and is to be counted where scores are compared with the harness's.
 */
export function needsJudge(scorer: ScorerName, c: ScoreCase): boolean {
  const { answer, options } = c;
  if (scorer === 'zoombench') return zoombenchVerdict(c) === 'unsettled';
  if (scorer === 'hrbench') return hrbenchLetter(answer, options) === null;
  if (scorer === 'vlmevalkit/vstar' || scorer === 'vlmevalkit/hrbench')
    return choiceLetter(answer, options) === null;
  return false;
}
