/**
 * Which samples each step is made of. It follows from the seed and the step alone, so that a run that was killed goes on as
 * it would have gone on.
 */
import { shuffled } from '../../../src-shared/kernels/seeded.ts';

export interface OrderSettings {
  readonly seed: number;
  /** Samples a step. */
  readonly batch: number;
}

/** Seeds of a run's epochs lie so far apart; any odd number would do (2³² ÷ the golden ratio). */
const BETWEEN_EPOCHS = 0x9e3779b9;

export class TrainingOrder {
  readonly #samples: number;
  readonly #settings: OrderSettings;
  #epoch = -1;
  #order: Uint32Array = new Uint32Array();

  /** @param samples how many there are, at least 1 */
  constructor(samples: number, settings: OrderSettings) {
    this.#samples = samples;
    this.#settings = settings;
  }

  /**
   * Indices of the samples of step `step` (counted from 0). Epochs follow one another without a gap: each is another order
   * of all samples, and a step may take the last of one and the first of the next.
   */
  batchOf(step: number): number[] {
    const { batch } = this.#settings;
    return Array.from({ length: batch }, (_, n) => this.#at(step * batch + n));
  }

  #at(position: number): number {
    const epoch = Math.floor(position / this.#samples);
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#order = shuffled(this.#samples, (this.#settings.seed + epoch * BETWEEN_EPOCHS) >>> 0);
    }
    return this.#order[position % this.#samples]!;
  }
}
