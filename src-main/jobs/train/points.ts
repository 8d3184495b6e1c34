/**
 * The curve of a run: points that were taken stay in memory until the state behind them is about to be written, so that a
 * project never tells of steps that a death took back.
 */
import type { TrainingPoint } from '../../../src-shared/contract/training.ts';
import { dropTrainingPoints, noteTrainingSteps, trainingPoints } from '../../store/training/training-run.ts';
import type { WritableDb } from '../../store/db.ts';
import { patiently } from '../../store/patience.ts';

/** The curve as the loop sees it. */
export interface Curve {
  readonly points: readonly TrainingPoint[];
  /** Adds a point, or puts it in the place of the one of its step. */
  put(point: TrainingPoint): void;
  /** Makes what was put lasting: a state must not be ahead of its curve. */
  keep(bestStep: number | null): Promise<void>;
}

/** A curve that nobody asks for later. */
export class MemoryCurve implements Curve {
  readonly points: TrainingPoint[] = [];

  put(point: TrainingPoint): void {
    if (this.points.at(-1)?.step === point.step) this.points.pop();
    this.points.push(point);
  }

  keep(): Promise<void> {
    return Promise.resolve();
  }
}

/** Points read at once. */
const PAGE = 10_000;

export class StoredCurve implements Curve {
  readonly #db: WritableDb;
  readonly #trainingRun: number;
  readonly #points: TrainingPoint[];
  /** From this place on they are not stored. */
  #stored: number;

  private constructor(db: WritableDb, trainingRun: number, points: TrainingPoint[]) {
    this.#db = db;
    this.#trainingRun = trainingRun;
    this.#points = points;
    this.#stored = points.length;
  }

  /** The curve up to `step`, which the weights that are there are of; −1: from the beginning. */
  static async open(db: WritableDb, trainingRun: number, step: number): Promise<StoredCurve> {
    await patiently(() => dropTrainingPoints(db, trainingRun, step));
    const points: TrainingPoint[] = [];
    for (;;) {
      const page = trainingPoints(db, trainingRun, points.at(-1)?.step ?? -1, PAGE);
      points.push(...page);
      if (page.length < PAGE) return new StoredCurve(db, trainingRun, points);
    }
  }

  get points(): readonly TrainingPoint[] {
    return this.#points;
  }

  put(point: TrainingPoint): void {
    if (this.#points.at(-1)?.step === point.step) {
      this.#points.pop();
      this.#stored = Math.min(this.#stored, this.#points.length);
    }
    this.#points.push(point);
  }

  async keep(bestStep: number | null): Promise<void> {
    const step = this.#points.at(-1)?.step ?? 0;
    const fresh = this.#points.slice(this.#stored);
    await patiently(() => noteTrainingSteps(this.#db, this.#trainingRun, { step, bestStep }, fresh));
    this.#stored = this.#points.length;
  }
}
