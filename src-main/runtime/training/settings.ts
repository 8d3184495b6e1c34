/** What a training run is told once. Defaults belong to the job; here every value is stated. */
import type { Device } from '../device.ts';
import type { AdamSettings } from './adamw.ts';

export type LossName = 'bce' | 'focal' | 'mse';

export interface TrainingSettings extends AdamSettings {
  readonly loss: LossName;
  /** The largest rate of the schedule. */
  readonly learningRate: number;
  /** Largest norm of all gradients together; null: they are left as they are. */
  readonly clipNorm: number | null;
  /** Below 1 a share of all steps, rounded up; from 1 on a number of steps. */
  readonly warmup: number;
  /** Steps of the whole run: the schedule ends there. */
  readonly steps: number;
  /** Examples of one step. */
  readonly batch: number;
  readonly device: Device;
  /** Compute threads on the CPU; 0: one per physical core. */
  readonly cpuThreads: number;
}
