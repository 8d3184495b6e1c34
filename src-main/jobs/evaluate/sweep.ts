/** A sweep: evaluations that differ in nothing but their budget of visual tokens, the points of one curve of accuracy and throughput. */
import {
  evaluationSettingsSchema,
  type Evaluation,
  type EvaluationSettings,
  type SweepPoint,
} from '../../../src-shared/contract/evaluation.ts';
import type { ReadableDb } from '../../store/db.ts';
import { listEvaluations } from '../../store/evaluations/evaluation.ts';
import { keptTable } from './kept-table.ts';

/** How far back is looked for evaluations of the same. */
const AMONG = 100;

/** The newest one of the same settings that measured as many samples, whatever version or machine made it. */
export function sameAs(
  db: ReadableDb,
  settings: EvaluationSettings,
  samples: number,
): Evaluation | undefined {
  const wanted = keyOf(settings);
  return listEvaluations(db, AMONG).find((one) => one.samples === samples && keyOf(one.settings) === wanted);
}

/** The newest at each budget, the smallest first and the checkpoint's own last; `evaluation` itself is its budget's. */
export function sweepOf(db: ReadableDb, evaluation: Evaluation): Evaluation[] {
  const wanted = keyOf({ ...evaluation.settings, tokens: null });
  const found = new Map<number | null, Evaluation>([[evaluation.settings.tokens, evaluation]]);
  for (const one of listEvaluations(db, AMONG)) {
    const { samples, settings } = one;
    const same = samples === evaluation.samples && keyOf({ ...settings, tokens: null }) === wanted;
    if (same && !found.has(settings.tokens)) found.set(settings.tokens, one);
  }
  const size = ({ settings: { tokens } }: Evaluation): number => tokens ?? Infinity;
  return [...found.values()].sort((a, b) => (size(a) === size(b) ? 0 : size(a) - size(b)));
}

/** What each budget of the sweep comes to; empty: `evaluation` is the only one. */
export async function sweepPoints(db: ReadableDb, evaluation: Evaluation): Promise<SweepPoint[]> {
  const sweep = sweepOf(db, evaluation);
  if (sweep.length < 2) return [];
  const points: SweepPoint[] = [];
  for (const one of sweep) {
    const { methods } = await keptTable(db, one.id);
    points.push({
      evaluation: one,
      methods: methods.map(({ method, accuracy, visualTokens, throughput }) => ({
        method,
        accuracy,
        visualTokens,
        throughput,
      })),
    });
  }
  return points;
}

/** Parsed once more, so that what was written before a setting existed is the same as what leaves it out. */
function keyOf(settings: EvaluationSettings): string {
  const { version: _, machine: __, ...rest } = evaluationSettingsSchema.parse(settings);
  return JSON.stringify(rest);
}
