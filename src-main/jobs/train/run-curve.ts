/** A curve on a project: its data frozen once, none of its trainings a version. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Engine } from '../../engine/protocol.ts';
import type { Project } from '../../store/file/project.ts';
import { patiently } from '../../store/patience.ts';
import { listTrainingRuns, setTrainingState } from '../../store/training/training-run.ts';
import type { Trainer } from '../../training/protocol.ts';
import { type CurvePlan, type CurveReport, type CurveRow, trainingCurve } from './curve.ts';
import type { TrainJobParams } from './params.ts';
import { beginRun, prepareRun, type PrepareHooks } from './prepared.ts';

export interface CurveHooks extends PrepareHooks {
  readonly onRow?: (row: CurveRow, of: number) => void;
}

/**
 * Runs a curve. Its run is in the list of training runs with the data it was made on, and without a version.
 * @throws FoveaError `cancelled` by the signal: what is done is kept, and the same call goes on; what training throws
 */
export async function runCurve(
  project: Project,
  engine: Engine,
  trainer: Trainer,
  params: TrainJobParams,
  plan: CurvePlan,
  hooks: CurveHooks,
): Promise<CurveReport> {
  const { db } = project;
  for (const { id, jobId, state } of listTrainingRuns(db)) {
    if (jobId !== null || (state !== 'preparing' && state !== 'running')) continue;
    await patiently(() => setTrainingState(db, id, 'cancelled', 'a curve that was killed'));
  }
  const run = await beginRun(project, params);
  const end = (state: 'done' | 'failed' | 'cancelled', message: string): Promise<void> =>
    patiently(() => setTrainingState(db, run.id, state, message));
  try {
    const prepared = await prepareRun(project, engine, params, run.id, hooks);
    await patiently(() => setTrainingState(db, run.id, 'running', `a curve (${plan.kind})`));
    const report = await trainingCurve(trainer, prepared, plan, hooks);
    await end('done', `a curve (${plan.kind}) of ${report.rows.length} trainings`);
    await prepared.folder.remove();
    return report;
  } catch (thrown) {
    const error = FoveaError.from(thrown);
    // The error itself says enough where it cannot be written down.
    await end(error.code === 'cancelled' ? 'cancelled' : 'failed', error.toLine()).catch(() => undefined);
    throw thrown;
  }
}
