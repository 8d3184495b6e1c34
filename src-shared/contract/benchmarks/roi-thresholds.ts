/**
 * Which RoI threshold, and which threshold of the gate, the authors evaluate with, by model, benchmark and budget of visual
 * tokens: SD-RPN's scripts (METHOD §4) and Q-Zoom's (METHOD §8, commit f062af7). What their files do not say is not
 * filled in: the preset's own number counts then.
 */
import type { BenchmarkId } from './benchmarks.ts';

export type EvaluatedModel = 'llava-1.5' | 'qwen2.5-vl-3b' | 'qwen2.5-vl-7b' | 'qwen3-vl-4b';
export type EvaluatedMethod = 'sd-rpn' | 'q-zoom';

interface Row {
  readonly model: EvaluatedModel;
  readonly method: EvaluatedMethod;
  /** Visual tokens that a picture may have at most, from–to, both included; null: any. */
  readonly budget: readonly [number, number] | null;
  readonly benchmarks: readonly BenchmarkId[];
  /** A cell belongs to the region above it, strictly. */
  readonly roi: number;
  /** No crop below it, strictly; null: no gate. */
  readonly gate: number | null;
}

function rows(
  model: EvaluatedModel,
  method: EvaluatedMethod,
  budget: Row['budget'],
  gate: number | null,
  byThreshold: readonly (readonly [roi: number, ...benchmarks: BenchmarkId[]])[],
): Row[] {
  return byThreshold.map(([roi, ...benchmarks]) => ({ model, method, budget, benchmarks, roi, gate }));
}

const ROWS: readonly Row[] = [
  ...rows('llava-1.5', 'sd-rpn', null, null, [
    [0.15, 'textvqa', 'infovqa', 'chartqa', 'pope'],
    [0.1, 'docvqa', 'vstar', 'hrbench'],
    [0.05, 'ocrbench'],
  ]),
  ...rows('qwen2.5-vl-3b', 'sd-rpn', [1, 576], null, [
    [0.15, 'textvqa'],
    [0.1, 'infovqa', 'chartqa', 'docvqa', 'pope', 'hrbench'],
    [0.175, 'vstar'],
    [0.03, 'ocrbench'],
  ]),
  ...rows('qwen2.5-vl-3b', 'sd-rpn', [577, 4096], null, [
    [0.075, 'vstar'],
    [0.05, 'hrbench'],
  ]),
  ...rows('qwen2.5-vl-7b', 'sd-rpn', [577, 3072], null, [[0.05, 'vstar']]),
  ...rows('qwen2.5-vl-7b', 'sd-rpn', [577, 4096], null, [[0.03, 'hrbench']]),
  ...rows('qwen2.5-vl-7b', 'q-zoom', [256, 576], 0.05, [
    [0.15, 'textvqa', 'infovqa', 'ocrbench'],
    [0.125, 'chartqa', 'docvqa'],
  ]),
  ...rows('qwen2.5-vl-7b', 'q-zoom', [2048, Infinity], 0.02, [
    [0.04, 'textvqa', 'infovqa', 'ocrbench', 'chartqa', 'docvqa'],
  ]),
  ...rows('qwen2.5-vl-7b', 'q-zoom', [1, 2047], 0.025, [
    [0.05, 'vstar', 'mme-realworld'],
    [0.03, 'hrbench'],
  ]),
  ...rows('qwen2.5-vl-7b', 'q-zoom', [2048, 4096], 0.02, [
    [0.03, 'vstar'],
    [0.04, 'mme-realworld', 'hrbench'],
  ]),
  ...rows('qwen3-vl-4b', 'q-zoom', null, 0.1, [
    [0.15, 'textvqa', 'infovqa', 'chartqa', 'docvqa'],
    [0.125, 'ocrbench'],
  ]),
  ...rows('qwen3-vl-4b', 'q-zoom', [1, 2047], 0.05, [
    [0.1, 'vstar', 'hrbench'],
    [0.05, 'mme-realworld'],
  ]),
  ...rows('qwen3-vl-4b', 'q-zoom', [2048, 4096], 0.025, [[0.1, 'vstar', 'hrbench', 'mme-realworld']]),
];

export interface EvaluatedThresholds {
  /** On the blurred map of probabilities; above it, strictly. */
  readonly roi: number;
  /** Below it, strictly, no crop; null: evaluated without a gate. */
  readonly gate: number | null;
}

/**
 * @param budget visual tokens that a picture may have at most
 * @returns null where the authors' files say nothing of it
 */
export function evaluatedThresholds(
  model: EvaluatedModel,
  method: EvaluatedMethod,
  benchmark: BenchmarkId,
  budget: number,
): EvaluatedThresholds | null {
  const row = ROWS.find(
    (one) =>
      one.model === model &&
      one.method === method &&
      one.benchmarks.includes(benchmark) &&
      (one.budget === null || (budget >= one.budget[0] && budget <= one.budget[1])),
  );
  return row ? { roi: row.roi, gate: row.gate } : null;
}
