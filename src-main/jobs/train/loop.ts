/**
 * The training loop: steps in their order, a look at held-out samples now and then, the best weights kept, the state saved
 * often enough that a death costs little. Killed at any moment and begun again it ends with the same numbers.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { RpnMeasure, TrainingPoint } from '../../../src-shared/contract/training.ts';
import type { Trainer, TrainerInfo, TrainerStart, TrainingExample } from '../../training/protocol.ts';
import { hasExploded } from './explosion.ts';
import { TrainingOrder } from './order.ts';
import type { Curve } from './points.ts';
import type { RunFolder } from './run-folder.ts';

/** The samples, as the loop asks for them. */
export interface LoopData {
  /** How many there are to learn from. */
  readonly samples: number;
  /**
   * Does `work` with those of these indices, once more where their features were lost on the way: it must have done nothing when
   * it throws.
   */
  using<T>(indices: readonly number[], work: (examples: TrainingExample[]) => Promise<T>): Promise<T>;
  /** How the branch does on the held-out samples. */
  look(score: Trainer['score']): Promise<RpnMeasure>;
}

export interface LoopHooks {
  /** Stops and saves the state; the step in flight, which may take minutes, is given up where it can be and made again later. */
  readonly signal: AbortSignal;
  /** Ends, as `signal` does, with the best weights so far. */
  readonly finish?: AbortSignal;
  readonly onOpen?: (info: TrainerInfo) => void;
  readonly onPoint?: (point: TrainingPoint) => void;
}

/** What the loop works on. */
export interface LoopTask {
  readonly start: Omit<TrainerStart, 'state'>;
  /** Decides the order of samples. */
  readonly seed: number;
  readonly data: LoopData;
  readonly folder: RunFolder;
  /** The curve up to a step that the weights on disk are of; −1: none are there. */
  readonly curve: (step: number) => Promise<Curve>;
}

/** A look at the held-out samples. */
export interface Look extends RpnMeasure {
  /** 0: before the first step. */
  readonly step: number;
}

export interface LoopReport {
  /** `stopped`: by the signal. `finished`: before all steps, because somebody asked for it. `exploded`: the loss ran away, or numbers did; the best weights before it are kept. */
  readonly ended: 'done' | 'stopped' | 'finished' | 'exploded';
  readonly steps: number;
  /** Mean of the last steps. */
  readonly loss: number;
  /** The look whose weights are kept. */
  readonly best: Look;
  /** Before the first step. */
  readonly first: Look;
  readonly seconds: number;
  readonly peakBytes: number;
}

/** Saving takes at most so much of the time. */
const SAVE_SHARE = 1 / 20;
const SAVE_EVERY_S = 30;
/** Deaths of the process with no step in between: it is the branch, not chance. */
const DEATHS_IN_A_ROW = 3;
/** Steps whose losses are one number for people. */
const RECENT = 20;

/**
 * Runs the loop from the run's state, or from the beginning where there is none.
 * @throws FoveaError of the trainer (`diverged` only before its first step), of the disk, and `engine_died` when its process dies
 *   again and again; the state is then as it was saved last, and the best weights are kept
 */
export async function trainingLoop(trainer: Trainer, task: LoopTask, hooks: LoopHooks): Promise<LoopReport> {
  await task.folder.make();
  let deaths = 0;
  for (let lastStep = -1; ;) {
    const run = new Run(trainer, task, hooks);
    try {
      return await run.work();
    } catch (thrown) {
      if (FoveaError.from(thrown).code !== 'engine_died') throw thrown;
      deaths = run.step > lastStep ? 1 : deaths + 1;
      lastStep = Math.max(lastStep, run.step);
      if (deaths === DEATHS_IN_A_ROW) throw thrown;
    }
  }
}

class Run {
  readonly #trainer: Trainer;
  readonly #task: LoopTask;
  readonly #hooks: LoopHooks;
  #savedAt = performance.now();
  #saveMs = 0;
  /** Steps that are done. */
  step = 0;

  constructor(trainer: Trainer, task: LoopTask, hooks: LoopHooks) {
    this.#trainer = trainer;
    this.#task = task;
    this.#hooks = hooks;
  }

  async work(): Promise<LoopReport> {
    const { start, seed, data, folder } = this.#task;
    const { steps, batch, measureEvery } = start.settings;
    const state = (await folder.hasState()) ? folder.state : null;
    const info = await this.#trainer.open({ ...start, state });
    this.#hooks.onOpen?.(info);
    this.step = info.step;
    const curve = await this.#task.curve(state === null ? -1 : info.step);
    const before = curve.points.at(-1)?.seconds ?? 0;
    const began = performance.now();
    const seconds = (): number => before + (performance.now() - began) / 1000;
    const order = new TrainingOrder(data.samples, { seed, batch });
    const losses = curve.points.flatMap(({ loss }) => (loss === null ? [] : [loss]));

    // A death between state and version left the version out.
    const best = bestOf(curve.points);
    if (best && best.step === this.step && !(await folder.hasBest(best.step)))
      await this.#keepBest(best.step);
    if (!best) {
      const point = curve.points.at(-1) ?? { step: 0, loss: null, learningRate: null, gradientNorm: null };
      await this.#look(curve, { ...point, step: this.step, heldOut: null, seconds: seconds() });
    }

    let exploded = false;
    const { signal, finish } = this.#hooks;
    const stop = finish ? AbortSignal.any([signal, finish]) : signal;
    try {
      while (this.step < steps && !stop.aborted) {
        const made = await data
          .using(order.batchOf(this.step), (examples) => this.#trainer.step(examples, stop))
          .catch((thrown: unknown) => {
            if (stop.aborted && FoveaError.from(thrown).code === 'cancelled') return null;
            throw thrown;
          });
        if (!made) break;
        const { loss, learningRate, gradNorm, step } = made;
        this.step = step;
        losses.push(loss);
        const gradientNorm = gradNorm;
        const point = { step, loss, learningRate, gradientNorm, heldOut: null, seconds: seconds() };
        exploded = hasExploded(losses);
        if (!exploded && (step % measureEvery === 0 || step === steps)) {
          await this.#look(curve, point);
          continue;
        }
        this.#put(curve, point);
        if (exploded) break;
        if (this.#isTimeToSave()) await this.#save(curve);
      }
    } catch (thrown) {
      // Before the first step it is what training began from, and no weights are worth keeping.
      if (FoveaError.from(thrown).code !== 'diverged' || this.step === 0) throw thrown;
      exploded = true;
    }
    // How it ran away is worth seeing; the state stays one from before.
    if (exploded) await curve.keep(bestOf(curve.points)?.step ?? null);
    const early = this.step < steps && !exploded;
    const stopped = early && signal.aborted;
    if (stopped) await this.#save(curve);
    const last = curve.points.at(-1)!;
    // What was learned since the last look may be the best.
    if (early && !stopped && last.heldOut === null) await this.#look(curve, last);
    return {
      ended: exploded ? 'exploded' : stopped ? 'stopped' : early ? 'finished' : 'done',
      steps: this.step,
      loss: mean(losses.slice(-RECENT)),
      best: bestOf(curve.points)!,
      first: looksOf(curve.points)[0]!,
      seconds: seconds(),
      peakBytes: await this.#trainer.peakBytes(),
    };
  }

  /** Looks at the held-out samples, saves, and keeps the weights where they are the best so far. */
  async #look(curve: Curve, point: TrainingPoint): Promise<void> {
    const { data } = this.#task;
    const heldOut = await data
      .look((examples, roi) => this.#trainer.score(examples, roi))
      .catch((thrown: unknown) => {
        this.#put(curve, point);
        throw thrown;
      });
    this.#put(curve, { ...point, heldOut });
    await this.#save(curve);
    if (bestOf(curve.points)?.step === this.step) await this.#keepBest(this.step);
  }

  async #save(curve: Curve): Promise<void> {
    const began = performance.now();
    await curve.keep(bestOf(curve.points)?.step ?? null);
    await this.#trainer.save(this.#task.folder.state);
    this.#savedAt = performance.now();
    this.#saveMs = this.#savedAt - began;
  }

  #isTimeToSave(): boolean {
    const since = performance.now() - this.#savedAt;
    return since > SAVE_EVERY_S * 1000 && since > this.#saveMs / SAVE_SHARE;
  }

  async #keepBest(step: number): Promise<void> {
    await this.#trainer.exportVersion(this.#task.folder.best(step));
    await this.#task.folder.keepOnly(step);
  }

  #put(curve: Curve, point: TrainingPoint): void {
    curve.put(point);
    this.#hooks.onPoint?.(point);
  }
}

function looksOf(points: readonly TrainingPoint[]): Look[] {
  return points.flatMap(({ step, heldOut }) => (heldOut ? [{ step, ...heldOut }] : []));
}

/**
 * The look with the smallest loss on the held-out samples, the earliest of those: ranks alone (AUC) are near their best long before
 * probabilities are any use. The last one where held-out samples cannot tell.
 */
export function bestOf(points: readonly TrainingPoint[]): Look | undefined {
  const all = looksOf(points);
  const told = all.filter(({ loss }) => typeof loss === 'number');
  if (told.length === 0) return all.at(-1);
  return told.reduce((a, b) => (b.loss! < a.loss! ? b : a));
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
}
