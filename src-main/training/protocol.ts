/**
 * What a training job asks of the process that trains: whole steps, never tensors of a forward pass. Features are read by
 * that process itself from the files the job names; arrays that cross are labels and score maps.
 */
import type { TrainingRunSettings } from '../../src-shared/contract/training.ts';
import type { Preset } from '../../src-shared/contract/preset.ts';
import type { PlacedMap } from '../../src-shared/contract/outcome.ts';
import type { Grid, GridTransform, Labels, SourceXyxy } from '../../src-shared/kernels/types.ts';
import type { ModelRef } from '../engine/protocol.ts';

/** What is trained, and from where on. */
export interface TrainerStart {
  /** The base model; `rpnDir` is the version that training begins from, where it is not the model's own branch. */
  readonly model: ModelRef;
  /** A branch made of the base model's own layers K…K+T−1 instead; null: the one that is there. */
  readonly fresh: { readonly k: number; readonly t: number } | null;
  readonly settings: TrainingRunSettings;
  /** Absolute path of a state that {@link Trainer.save} wrote, to go on from; null: from the beginning. */
  readonly state: string | null;
}

export interface TrainerInfo {
  /** Weights that are trained. */
  readonly parameters: number;
  /** Bytes of weights, gradients and moments together. */
  readonly stateBytes: number;
  /** Steps that the state had behind it. */
  readonly step: number;
  readonly k: number;
  readonly t: number;
}

/** A sample as it is scored. */
export interface ScoredExample {
  /** Absolute path of its features (hidden_states[K] of its prompt). */
  readonly features: string;
}

/** A sample as it is trained on. */
export interface TrainingExample extends ScoredExample {
  /** On `grid`, in stored cells: 1, 0, −100. */
  readonly labels: Labels;
  readonly grid: Grid;
  readonly transform: GridTransform;
  /** Of its loss in the batch. */
  readonly weight: number;
}

export interface StepOutcome {
  /** Steps done, this one included. */
  readonly step: number;
  /** Of each example, in their order. */
  readonly losses: readonly number[];
  /** The weighted mean that was differentiated. */
  readonly loss: number;
  readonly learningRate: number;
  /** Global norm of the gradients before they were clipped. */
  readonly gradNorm: number;
  readonly clipped: boolean;
}

/** What the branch says of a sample, as a prediction keeps it. */
export interface ExampleScores {
  /** Logits on the grid of the picture as it is, in stored cells. */
  readonly rpn: PlacedMap;
  /** In source pixels. */
  readonly boxes: readonly SourceXyxy[];
}

/** One branch in training. Calls come one at a time; a call in flight when the process dies rejects with `engine_died`. */
export interface Trainer {
  /**
   * Loads weights or a state.
   * @throws FoveaError also `missing_tensor`, `out_of_memory`, `bad_input` (a state of another branch or of other settings)
   */
  open(start: TrainerStart): Promise<TrainerInfo>;
  /**
   * One optimiser step on the mean of the examples' losses.
   * @throws FoveaError `not_found` where features are gone or damaged, `bad_input` where a sample cannot be trained on (`where` is
   *   the path of its features), `diverged` where loss or
   *   gradients are not finite, `cancelled` where `signal` was aborted before all examples were gone through: weights and moments are
   *   then as before the step
   */
  step(examples: readonly TrainingExample[], signal?: AbortSignal): Promise<StepOutcome>;
  /** @param roi by whose rule boxes are found. @throws FoveaError as {@link Trainer.step} */
  score(examples: readonly ScoredExample[], roi: Preset['roi']): Promise<ExampleScores[]>;
  /** Writes weights, moments and step to a file, whole or not at all. */
  save(path: string): Promise<void>;
  /** Writes the branch as a folder in the authors' format (METHOD §3), whole or not at all. @returns SHA-256 of its weights */
  exportVersion(folder: string): Promise<{ readonly sha256: string }>;
  /** Most memory that the process has held, in bytes. */
  peakBytes(): Promise<number>;
  /** Process id, for people and for fault injection; null when it is not running. */
  readonly pid: number | null;
  dispose(): Promise<void>;
}
