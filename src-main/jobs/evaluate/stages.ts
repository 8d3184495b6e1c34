/** The steps of an answer's time that have a name, as the stages that tables show. */
import type { StageTimes } from '../../../src-shared/contract/evaluation.ts';

/** What is asked beside the answer, to be measured, and is no part of making it: how sure it is, and the gate. */
const MEASURING: readonly string[] = ['certainty', 'gate'];

const STEPS: Readonly<Record<string, keyof StageTimes>> = {
  decode: 'load',
  preprocess: 'load',
  encode: 'vision',
  encodeCrop: 'vision',
  prefill: 'prefill',
  rpnPrefill: 'prefill',
  secondPrefill: 'prefill',
  generate: 'decode',
  rpn: 'rpn',
};

/** @param timings milliseconds by step, `total` of all of them and of what lies between */
export function stagesOf(timings: Readonly<Record<string, number>>): StageTimes {
  const stages = { load: 0, vision: 0, prefill: 0, decode: 0, rpn: 0, other: 0 };
  let [named, all] = [0, 0];
  const measuring = MEASURING.reduce((sum, step) => sum + (timings[step] ?? 0), 0);
  for (const [step, time] of Object.entries(timings)) {
    if (step === 'total' || MEASURING.includes(step)) continue;
    all += time;
    const stage = STEPS[step];
    if (!stage) continue;
    stages[stage] += time;
    named += time;
  }
  stages.other = Math.max(0, Math.max(all, (timings['total'] ?? 0) - measuring) - named);
  return stages;
}
