/**
 * What clients hear of training that runs here: how a run stands, how far it is, and the points of its curve as they come. Points are
 * stored with the state behind them only; until then they are here.
 */
import type { Job } from '../../src-shared/contract/domain.ts';
import { CURVE_PAGE } from '../../src-shared/contract/procedures/training.ts';
import type { EventPayload } from '../../src-shared/contract/procedures.ts';
import type { TrainingPoint, TrainingRun, TrainingStanding } from '../../src-shared/contract/training.ts';
import { trainingStanding } from '../jobs/train/standing.ts';
import type { ReadableDb } from '../store/db.ts';
import { getTrainingRun, trainingPoints, trainingRunOfJob } from '../store/training/training-run.ts';
import { throttle } from './throttle.ts';

const EVENT_MS = 250;
/** With so many points waiting to be stored, those that were are forgotten. */
const HELD = 5000;

type Changed = EventPayload<'training.changed'>;
type Stage = NonNullable<Changed['stage']>;

export interface TrainingNews {
  onProgress(job: Job): void;
  onStage(name: Stage['name'], done: number, total: number): void;
  onPoint(run: TrainingRun, point: TrainingPoint): void;
  /** Tells how a run stands now, at once. */
  changed(runId: number): TrainingStanding;
  /** Up to `CURVE_PAGE` points behind a step. */
  points(runId: number, after: number): TrainingPoint[];
  stop(): void;
}

export function trainingNews(db: ReadableDb, publish: (changed: Changed) => void): TrainingNews {
  let live: { runId: number; points: TrainingPoint[] } | null = null;
  let untold: TrainingPoint[] = [];
  let stage: Stage | null = null;
  let etaSeconds: number | null = null;

  const standing = (runId: number): TrainingStanding => trainingStanding(db, getTrainingRun(db, runId));
  const events = throttle<number>(EVENT_MS, (runId) => {
    const points = live?.runId === runId ? untold : [];
    untold = [];
    publish({ ...standing(runId), points, stage, etaSeconds });
  });
  return {
    onProgress(job) {
      const run = trainingRunOfJob(db, job.id);
      if (!run) return;
      const over = job.state !== 'running';
      etaSeconds = over || stage !== null ? null : job.etaSeconds;
      if (over) stage = null;
      events.push(run.id, over);
    },
    onStage(name, done, total) {
      stage = { name, done, total };
    },
    onPoint({ id: runId }, point) {
      stage = null;
      if (live?.runId !== runId) [live, untold] = [{ runId, points: [] }, []];
      const before = ({ step }: TrainingPoint): boolean => step < point.step;
      // After a death steps are made once more: what was told of them holds no longer.
      if (live.points.some((one) => !before(one))) live.points = live.points.filter(before);
      live.points.push(point);
      untold.push(point);
      if (live.points.length > HELD) {
        const { step } = getTrainingRun(db, runId);
        live.points = live.points.filter((one) => one.step > step);
      }
      events.push(runId);
    },
    changed(runId) {
      events.push(runId, true);
      return standing(runId);
    },
    points(runId, after) {
      const stored = trainingPoints(db, runId, after, CURVE_PAGE);
      if (stored.length === CURVE_PAGE || live?.runId !== runId) return stored;
      const last = stored.at(-1)?.step ?? after;
      return [...stored, ...live.points.filter(({ step }) => step > last)].slice(0, CURVE_PAGE);
    },
    stop: () => events.stop(),
  };
}
