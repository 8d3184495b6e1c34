/**
 * One RPN branch in training, in this process: opened from a model, stepped on examples whose features lie in files, scored,
 * saved, written as a version.
 */
import { perHead } from '../pipeline/passes/rpn.ts';
import { readPrediction, tokenGrid } from '../pipeline/predict.ts';
import { openFolders, type AnyCheckpoint } from '../checkpoint/open.ts';
import type { GraphSource } from '../../models/architectures/index.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Preset } from '../../src-shared/contract/preset.ts';
import type { TrainingRunSettings } from '../../src-shared/contract/training.ts';
import { decodeFeatures, MOST_FILE_BYTES } from '../features/codec.ts';
import type { FeatureRows } from '../features/rows.ts';
import { withPlainFile } from '../files/plain-file.ts';
import type { BranchExample } from '../runtime/training/index.ts';
import { BranchTrainer, initialBranch } from '../runtime/training/index.ts';
import type {
  ExampleScores,
  ScoredExample,
  StepOutcome,
  TrainerInfo,
  TrainerStart,
  TrainingExample,
} from './protocol.ts';
import { placedLabel } from './placed-label.ts';
import { writeVersion, type VersionSource } from './version-folder.ts';

interface Opened {
  readonly checkpoint: AnyCheckpoint;
  readonly trainer: BranchTrainer;
  readonly version: VersionSource;
}

/** Gradients and both moments beside the weights, each float32. */
const STATE_BYTES_PER_WEIGHT = 16;

export class BranchInTraining {
  #opened: Opened | null = null;
  #peak = 0;

  /** Errors as `Trainer.open`. */
  async open({ model, fresh, settings, state }: TrainerStart): Promise<TrainerInfo> {
    await this.#opened?.trainer.dispose();
    this.#opened = null;
    const { dir, rpnDir, adapterDir } = model;
    const checkpoint = await openFolders({ dir, rpnDir, adapterDir });
    const source = fresh ? initialBranch(checkpoint, fresh) : checkpoint;
    const { rpn } = source.config;
    if (!rpn) throw noBranch(checkpoint);
    const trainer = await BranchTrainer.open(source, settings);
    if (state !== null) await trainer.restore(state);
    this.#opened = {
      checkpoint,
      trainer,
      version: versionSource(checkpoint, source, settings, fresh !== null),
    };
    const parameters = [...trainer.weights().values()].reduce((sum, { data }) => sum + data.length, 0);
    return {
      parameters,
      stateBytes: parameters * STATE_BYTES_PER_WEIGHT,
      step: trainer.steps,
      k: rpn.k,
      t: rpn.t,
    };
  }

  /** Errors as `Trainer.step`. */
  async step(examples: readonly TrainingExample[], signal: AbortSignal): Promise<StepOutcome> {
    const { trainer, checkpoint } = this.#need();
    const losses: number[] = [];
    let sum = 0;
    try {
      for (const { features, weight, ...label } of examples) {
        if (signal.aborted) throw new FoveaError('cancelled', 'the step was given up');
        const rows = await readFeatures(features);
        const tokens = { ...tokenGrid(checkpoint, rows), turned: rows.picture.turned };
        const { labels, grid: labelGrid } = placedLabel(label, tokens);
        const example = { ...states(rows), labels, labelGrid, weight };
        const loss = await trainer.accumulate(example).catch((thrown: unknown) => {
          throw ofSample(thrown, features);
        });
        losses.push(loss);
        sum += loss * weight;
      }
    } catch (thrown) {
      trainer.discard();
      throw thrown;
    }
    const { step, lr, gradNorm, clipped } = trainer.step();
    this.#measure();
    return { step, losses, loss: sum / examples.length, learningRate: lr, gradNorm, clipped };
  }

  /** Errors as `Trainer.score`. */
  async score(examples: readonly ScoredExample[], roi: Preset['roi']): Promise<ExampleScores[]> {
    const { trainer, checkpoint, version } = this.#need();
    const scores: ExampleScores[] = [];
    for (const { features } of examples) {
      const rows = await readFeatures(features);
      const nothing = { labels: new Int8Array(), labelGrid: [0, 0] as const, weight: 1 };
      const raw = await trainer.scores({ ...states(rows), ...nothing });
      const logits = roi.rules === 'q-zoom' ? perHead(version.source, raw) : raw;
      scores.push(readPrediction(checkpoint, rows, logits, roi));
    }
    this.#measure();
    return scores;
  }

  async save(path: string): Promise<void> {
    await this.#need().trainer.save(path);
  }

  async exportVersion(folder: string): Promise<{ readonly sha256: string }> {
    const { trainer, version } = this.#need();
    return writeVersion(folder, version, trainer.weights());
  }

  async peakBytes(): Promise<number> {
    this.#measure();
    return this.#peak;
  }

  #need(): Opened {
    if (!this.#opened) throw new FoveaError('internal', 'no branch is open');
    return this.#opened;
  }

  /** The system's own count of the most that was held, where it has one (in kilobytes). */
  #measure(): void {
    this.#peak = Math.max(this.#peak, process.memoryUsage.rss(), process.resourceUsage().maxRSS * 1024);
  }
}

type States = Pick<BranchExample, 'hidden' | 'length' | 'visual' | 'grid'>;

function states({ rows, length, visual, grid }: FeatureRows): States {
  return { hidden: rows, length, visual, grid };
}

/** @throws FoveaError `not_found` when they are gone or damaged: whoever kept them makes them again */
async function readFeatures(path: string): Promise<FeatureRows> {
  const wish = { code: 'not_found', next: 'Train again: features are computed anew' } as const;
  try {
    return await withPlainFile(path, wish, async (file, { size }) => {
      if (size > MOST_FILE_BYTES) throw new FoveaError('bad_input', `${size} bytes are none of ours`);
      const bytes = Buffer.from(new ArrayBuffer(size));
      const { bytesRead } = await file.read(bytes, 0, size, 0);
      return decodeFeatures(bytes.subarray(0, bytesRead));
    });
  } catch (cause) {
    throw new FoveaError('not_found', 'the features of a sample are gone or damaged', {
      where: path,
      next: wish.next,
      cause,
    });
  }
}

/** What is wrong with a sample names it: by its features, which is all that is known of it here. */
function ofSample(thrown: unknown, features: string): FoveaError {
  const error = FoveaError.from(thrown);
  if (error.code !== 'bad_input') return error;
  return new FoveaError(error.code, error.message, { where: features, next: error.next, cause: error });
}

function noBranch({ dir }: AnyCheckpoint): FoveaError {
  return new FoveaError('bad_input', 'the model has no RPN to train', {
    where: dir,
    next: 'Say from which layer a new one starts (--new-rpn K,T), or give one (--rpn)',
  });
}

function versionSource(
  checkpoint: AnyCheckpoint,
  source: GraphSource,
  { loss }: TrainingRunSettings,
  fresh: boolean,
): VersionSource {
  const { dir, rpnDir } = checkpoint;
  return { configFolder: fresh ? dir : (rpnDir ?? dir), source, loss };
}
