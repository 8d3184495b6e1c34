/**
 * Public benchmarks by the names that importers give them: what a model is asked, how long it may answer, and whose rules count.
 * Prompts and budgets are those of lmms-eval 0.7.3 (`lmms_eval/tasks/…`, the `default` of lmms_eval_specific_kwargs), and tests
 * compare them with its own functions. Thresholds are in roi-thresholds.ts.
 */
import { capitalize, strip } from '../../kernels/scorers/python.ts';
import { type ScorerName, scorerOf } from '../../kernels/scorers/score.ts';

const IDS = [
  'textvqa',
  'docvqa',
  'infovqa',
  'chartqa',
  'ocrbench',
  'vstar',
  'hrbench',
  'mme-realworld',
  'pope',
  'gqa',
  'zoombench',
] as const;

export type BenchmarkId = (typeof IDS)[number];

export interface Benchmark {
  readonly id: BenchmarkId;
  /** As its publishers write it. */
  readonly name: string;
  /** Its own rule. */
  readonly scorer: ScorerName;
  /** Rules of other harnesses, where they count otherwise. */
  readonly otherScorers: readonly ScorerName[];
  /**
   * What is asked, of a question as importers store it. Choices are stored with their options and in the words of the
   * prompt, so of them it is the question itself.
   */
  readonly prompt: (question: string) => string;
  readonly maxNewTokens: number;
  /** The language model that its harness asks about answers that the rule does not settle, which Fovea does not; null: none. */
  readonly judge: string | null;
  /** Where prompt and budget are from. */
  readonly source: string;
}

const BRIEFLY = '\nAnswer the question using a single word or phrase.';
/** TextVQA and HR-Bench set no budget; this is what lmms-eval's chat model for Qwen2.5-VL then takes (`models/chat/qwen2_5_vl.py`). */
const UNSET = 128;

const asStored = (question: string): string => question;
const briefly = (question: string): string => `${question}${BRIEFLY}`;

const FACTS: Readonly<Record<BenchmarkId, Omit<Benchmark, 'id' | 'scorer' | 'otherScorers' | 'judge'>>> = {
  textvqa: {
    name: 'TextVQA',
    prompt: (question) => briefly(capitalize(question)),
    maxNewTokens: UNSET,
    source: 'lmms-eval 0.7.3 textvqa/textvqa_val.yaml; no budget is set there',
  },
  docvqa: {
    name: 'DocVQA',
    prompt: briefly,
    maxNewTokens: 32,
    source: 'lmms-eval 0.7.3 docvqa/_default_template_docvqa_yaml',
  },
  infovqa: {
    name: 'InfographicVQA',
    prompt: briefly,
    maxNewTokens: 32,
    source: 'lmms-eval 0.7.3 infovqa/_default_template_infovqa_yaml',
  },
  chartqa: {
    name: 'ChartQA',
    prompt: (question) => `${question}\nAnswer the question with a single word.`,
    maxNewTokens: 16,
    source: 'lmms-eval 0.7.3 chartqa/chartqa.yaml',
  },
  ocrbench: {
    name: 'OCRBench',
    prompt: strip,
    maxNewTokens: 128,
    source: 'lmms-eval 0.7.3 ocrbench/ocrbench.yaml',
  },
  vstar: {
    name: 'V*Bench',
    prompt: asStored,
    maxNewTokens: 16,
    source: 'lmms-eval 0.7.3 vstar_bench/_default_template_yaml',
  },
  hrbench: {
    name: 'HR-Bench',
    prompt: asStored,
    maxNewTokens: UNSET,
    source: 'lmms-eval 0.7.3 hrbench/hrbench4k.yaml; no budget is set there',
  },
  'mme-realworld': {
    name: 'MME-RealWorld',
    prompt: asStored,
    maxNewTokens: 16,
    source: 'lmms-eval 0.7.3 mme_realworld/mme_realworld_lite.yaml',
  },
  pope: {
    name: 'POPE',
    prompt: (question) => briefly(strip(question)),
    maxNewTokens: 128,
    source: 'lmms-eval 0.7.3 pope/pope.yaml',
  },
  gqa: { name: 'GQA', prompt: briefly, maxNewTokens: 16, source: 'lmms-eval 0.7.3 gqa/gqa.yaml' },
  zoombench: {
    name: 'ZoomBench',
    prompt: (question) => question.replaceAll('<image>', ''),
    maxNewTokens: 8192,
    source: 'inclusionAI/Zooming-without-Zooming mm-eval/infer_without_tool.py',
  },
};

const OTHER_SCORERS: Partial<Record<BenchmarkId, readonly ScorerName[]>> = {
  textvqa: ['vlmevalkit/textvqa'],
  chartqa: ['vlmevalkit/chartqa'],
  ocrbench: ['vlmevalkit/ocrbench'],
  vstar: ['vlmevalkit/vstar'],
  hrbench: ['vlmevalkit/hrbench'],
  'mme-realworld': ['vlmevalkit/mme-realworld'],
  pope: ['vlmevalkit/pope'],
  gqa: ['vlmevalkit/gqa'],
};

/** ZoomBench's publishers ask theirs about every answer that is not the truth as mathruler writes it, which is most right ones. */
const JUDGES: Partial<Record<BenchmarkId, string>> = {
  hrbench: 'gpt-4o-2024-11-20',
  zoombench: 'Qwen3-30B-A3B-Instruct-2507',
};

export const BENCHMARKS: readonly Benchmark[] = IDS.map((id) => ({
  id,
  scorer: scorerOf(id),
  otherScorers: OTHER_SCORERS[id] ?? [],
  judge: JUDGES[id] ?? null,
  ...FACTS[id],
}));

/** Null: Fovea knows nothing of it (VQA v2 and OK-VQA are imported, and scored by exact match). */
export function benchmarkNamed(name: string | null): Benchmark | null {
  return BENCHMARKS.find(({ id }) => id === name) ?? null;
}
