/**
 * How what drops samples lies over a run: the share of the grid that the foreground's box covers, and the map's maximum, of some samples
 * evenly over it. Others have their turn in between.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { ProcedureOutput } from '../../../src-shared/contract/procedures.ts';
import { dropValues, rederivable } from '../../../src-shared/kernels/labels/rederive.ts';
import type { ReadableDb } from '../../store/db.ts';
import { getPrediction, getPredictionMaps } from '../../store/predictions/prediction.ts';
import { type Candidate, evenlyOver } from '../../store/predictions/relabel.ts';
import { getRun } from '../../store/runs/run.ts';
import { countLabels } from '../../store/shown/run-list.ts';
import { storedMapsOf } from './stored-maps.ts';
import type { Thresholds } from './target.ts';

/** Enough to see a shape. */
const SAMPLES = 200;
const BUDGET_MS = 12;

/** Throws `not_found` without such a run, and `bad_input` when the rule is of another kind than the run's. */
export async function spreadOfRun(
  db: ReadableDb,
  runId: number,
  labels: Thresholds['labels'],
): Promise<ProcedureOutput<'recipes.spread'>> {
  const { preset } = getRun(db, runId);
  if (preset.labels.variant !== labels.variant) {
    throw new FoveaError('bad_input', `run ${runId} makes labels by another rule`, {
      next: 'Give thresholds of the rule that the run has',
    });
  }
  const [areas, maxima]: [number[], number[]] = [[], []];
  let until = performance.now() + BUDGET_MS;
  for (const candidate of evenlyOver(db, runId, SAMPLES)) {
    const values = valuesOf(db, candidate, labels, preset.roi);
    if (values) {
      areas.push(values.area);
      maxima.push(values.max);
    }
    if (performance.now() < until) continue;
    await breathe();
    until = performance.now() + BUDGET_MS;
  }
  return { labelled: countLabels(db, runId), areas, maxima };
}

/** Null where there is nothing to measure: no maps, an answer without rows, maps that the rule does not fit, or a label removed since. */
function valuesOf(
  db: ReadableDb,
  { predictionId, size }: Candidate,
  labels: Thresholds['labels'],
  roi: Thresholds['roi'],
): ReturnType<typeof dropValues> {
  try {
    const maps = getPredictionMaps(db, predictionId);
    if (!maps) return null;
    const { prediction } = getPrediction(db, predictionId);
    return dropValues(rederivable(storedMapsOf(prediction, maps, size), roi), labels);
  } catch (thrown) {
    if (thrown instanceof RangeError || FoveaError.from(thrown).code === 'not_found') return null;
    throw thrown;
  }
}
