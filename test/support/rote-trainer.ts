/** A trainer without a process or a model: it knows the labels by heart and says them more surely with every step. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type {
  ExampleScores,
  ScoredExample,
  StepOutcome,
  Trainer,
  TrainerInfo,
  TrainerStart,
  TrainingExample,
} from '../../src-main/training/protocol.ts';
import type { FoveaError } from '../../src-shared/contract/errors.ts';
import { encodeFloat16 } from '../../src-shared/kernels/float16.ts';

export class RoteTrainer implements Trainer {
  readonly pid = null;
  readonly #stepMs: number;
  #step = 0;
  /** Where it began when it was opened first. */
  openedAt = -1;
  disposed = false;
  /** What its next steps throw. */
  failing: FoveaError | null = null;

  /** @param stepMs how long a step takes */
  constructor(stepMs = 0) {
    this.#stepMs = stepMs;
  }

  async open({ state, model }: TrainerStart): Promise<TrainerInfo> {
    const kept = state ?? (model.rpnDir === undefined ? null : join(model.rpnDir, 'model.safetensors'));
    this.#step = kept === null || !existsSync(kept) ? 0 : Number(readFileSync(kept, 'utf8'));
    if (this.openedAt < 0) this.openedAt = this.#step;
    return { parameters: 10, stateBytes: 160, step: state === null ? 0 : this.#step, k: 1, t: 2 };
  }

  async step(examples: readonly TrainingExample[]): Promise<StepOutcome> {
    await delay(this.#stepMs);
    if (this.failing) throw this.failing;
    const loss = 1 / (1 + ++this.#step / 50);
    const losses = examples.map(() => loss);
    return { step: this.#step, losses, loss, learningRate: 1e-4, gradNorm: loss, clipped: false };
  }

  async score(examples: readonly ScoredExample[]): Promise<ExampleScores[]> {
    return (examples as readonly TrainingExample[]).map(({ labels, grid, transform }) => {
      const logits = Float32Array.from(labels, (label) => (label === 1 ? 1 : -1) * (0.1 + this.#step / 100));
      return { rpn: { bits: encodeFloat16(logits), grid, transform }, boxes: [] };
    });
  }

  async save(path: string): Promise<void> {
    writeFileSync(path, String(this.#step));
  }

  async exportVersion(folder: string): Promise<{ readonly sha256: string }> {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ twig_K: 1, twig_T: 2 }));
    writeFileSync(join(folder, 'model.safetensors'), String(this.#step));
    return { sha256: createHash('sha256').update(String(this.#step)).digest('hex') };
  }

  async peakBytes(): Promise<number> {
    return 1e6;
  }

  async dispose(): Promise<void> {
    this.disposed = true;
  }
}
