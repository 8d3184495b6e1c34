/**
 * The training step of the RPN branch: examples are accumulated one at a time, then one step is made of them. Weights,
 * gradients and both moments exist once each.
 */
import type { GraphSource, ModelGraphs } from '../../../models/architectures/index.ts';
import { modelGraphs } from '../../../models/architectures/index.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Graph } from '../../graph/types.ts';
import type { Feed } from '../session.ts';
import { Session } from '../session.ts';
import { adamw } from './adamw.ts';
import { forwardGraph, piecesOf, sumIn, sumOut, trainedWeights, trainingGraph } from './branch-graph.ts';
import type { BranchTensor } from './branch-weights.ts';
import { readBranch } from './branch-weights.ts';
import { clipScale, totalNorm } from './clipping.ts';
import type { BranchExample } from './example.ts';
import { checkExample, checkStates, exampleFeeds, lossFeeds, onOwnGrid } from './example.ts';
import { cosineWithWarmup, warmupSteps } from './schedule.ts';
import type { TrainingSettings } from './settings.ts';
import { restoreState, saveState } from './state-file.ts';

export interface StepReport {
  /** Counted from 1. */
  readonly step: number;
  /** The learning rate that it was made with. */
  readonly lr: number;
  /** Norm of the batch's mean gradient, before it was clipped. */
  readonly gradNorm: number;
  readonly clipped: boolean;
}

/** A weight as it stands: the array itself, which the next step changes. */
export interface BranchWeight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

type Kind = 'scores' | 'own grid' | 'resized';

export class BranchTrainer {
  readonly #graphs: ModelGraphs;
  readonly #branch: Graph;
  readonly #settings: TrainingSettings;
  readonly #tensors: readonly BranchTensor[];
  readonly #sessions = new Map<Kind, Promise<Session>>();
  #step = 0;
  #examples = 0;

  private constructor(
    graphs: ModelGraphs,
    branch: Graph,
    settings: TrainingSettings,
    tensors: readonly BranchTensor[],
  ) {
    this.#graphs = graphs;
    this.#branch = branch;
    this.#settings = settings;
    this.#tensors = tensors;
  }

  /**
   * Reads the branch that `source` has (its config says K, T and form) and makes ready to train it.
   * @throws FoveaError `unsupported_model` when it has none (`initialBranch` gives it one) or the loss is not defined for
   *   it, `missing_tensor`, `bad_checkpoint`, `device_unavailable`, `out_of_memory`.
   */
  static async open(source: GraphSource, settings: TrainingSettings): Promise<BranchTrainer> {
    const { rpn } = source.config;
    // Training has every weight as an input: there is nothing to place on a device.
    const { weights } = source;
    const graphs = modelGraphs({
      config: source.config,
      weights: { get: (name) => weights.get(name), names: () => weights.names() },
    });
    const branch = graphs.rpnBranch(settings.loss === 'mse');
    if (rpn === null || branch === null) {
      throw new FoveaError('unsupported_model', 'the model has no RPN to train', {
        next: 'Start a new one from its layers (K and T), or give an RPN folder',
      });
    }
    if (settings.loss === 'mse' && !rpn.multiHead) {
      throw new FoveaError('unsupported_model', 'the MSE loss is of maps that are means over heads', {
        where: 'roi_multi_head',
        next: 'Use --loss bce, or a branch with roi_multi_head: true',
      });
    }
    const tensors = await readBranch(source, trainedWeights(branch));
    const trainer = new BranchTrainer(graphs, branch, settings, tensors);
    try {
      // A device that is not there says so now.
      await trainer.#session('own grid');
    } catch (error) {
      await trainer.dispose();
      throw error;
    }
    return trainer;
  }

  /**
   * Forward and backward of one example; its gradients, times its weight, are added to the batch's.
   *
   * Means: a sample's loss is the mean over its labelled cells, a batch's gradient the mean over its samples of weight ·
   * gradient (divided by the number of samples, not by their weights: half a weight is half a say, in every batch). The
   * authors' trainers take one mean over the labelled cells of all samples that one device holds at once (8 for
   * LLaVA, 16 for Qwen), where a sample with more labelled cells counts more, and the plain mean of those over accumulation
   * steps and devices; with one sample a device the two are the same.
   * @returns the sample's loss, before its weight
   * @throws FoveaError `bad_input` when the sample cannot be trained on (nothing has changed then), `diverged` when its loss
   *   is not finite: the weights have outgrown float32; the batch is empty again, weights and moments as they were.
   */
  async accumulate(example: BranchExample): Promise<number> {
    if (this.#examples === this.#settings.batch) {
      throw new FoveaError('internal', `the batch holds its ${this.#settings.batch} examples already`);
    }
    checkExample(example, this.#graphs.hiddenSize);
    const session = await this.#session(onOwnGrid(example) ? 'own grid' : 'resized');
    const feeds = { ...exampleFeeds(this.#graphs, example), ...lossFeeds(example), ...this.#weightFeeds() };
    const into: Record<string, Feed> = { loss: [new Float32Array(1), []] };
    for (const { tensor, shape, gradient } of this.#tensors) {
      const [rows = 1, ...columns] = shape;
      const width = gradient.length / rows;
      for (const piece of piecesOf(shape)) {
        const [from, to] = piece;
        const sum: Feed = [gradient.subarray(from * width, to * width), [to - from, ...columns]];
        feeds[sumIn(tensor, piece)] = into[sumOut(tensor, piece)] = sum;
      }
    }
    let loss: number;
    try {
      loss = (await session.run(feeds, into))['loss']?.data[0] ?? NaN;
    } catch (error) {
      this.#emptyBatch();
      throw error;
    }
    if (!Number.isFinite(loss)) {
      this.#emptyBatch();
      throw diverged(this.#step, `the loss of a sample is ${loss}`);
    }
    this.#examples++;
    return loss;
  }

  /** Forgets what was accumulated since the last step. */
  discard(): void {
    if (this.#examples > 0) this.#emptyBatch();
  }

  /**
   * Clips the mean of what was accumulated, and makes AdamW's step of it at the schedule's rate; gradients are 0 after it.
   * A last batch with fewer examples is the mean of those.
   * @throws FoveaError `internal` when nothing was accumulated; `diverged` when the gradient is not finite: weights and
   *   moments are as they were then, and the batch is empty.
   */
  step(): StepReport {
    if (this.#examples === 0) throw new FoveaError('internal', 'a step was asked for without an example');
    const { learningRate, steps, warmup, clipNorm, betas, epsilon, weightDecay } = this.#settings;
    const mean = 1 / this.#examples;
    const gradNorm = totalNorm(
      this.#tensors.map(({ gradient }) => gradient),
      mean,
    );
    if (!Number.isFinite(gradNorm)) {
      this.#emptyBatch();
      throw diverged(this.#step, `its next gradient has the norm ${gradNorm}`);
    }
    const lr = learningRate * cosineWithWarmup(this.#step, warmupSteps(warmup, steps), steps);
    const clip = clipScale(gradNorm, clipNorm);
    this.#step++;
    for (const tensor of this.#tensors) {
      adamw(tensor, {
        betas,
        epsilon,
        weightDecay: tensor.decays ? weightDecay : 0,
        step: this.#step,
        learningRate: lr,
        scales: [mean, clip],
      });
    }
    this.#examples = 0;
    return { step: this.#step, lr, gradNorm, clipped: clip < 1 };
  }

  /**
   * Logits on the feature grid, row-major `[H·W]`; labels and weight of the example are not looked at.
   * @throws FoveaError `bad_input` as {@link accumulate}, for its states; `diverged` when one is not finite
   */
  async scores(example: BranchExample): Promise<Float32Array> {
    checkStates(example, this.#graphs.hiddenSize);
    const session = await this.#session('scores');
    const output = await session.run({ ...exampleFeeds(this.#graphs, example), ...this.#weightFeeds() });
    const scores = output['scores']?.data ?? new Float32Array();
    const bad = scores.find((score) => !Number.isFinite(score));
    if (bad !== undefined) throw diverged(this.#step, `a score is ${bad}`);
    return scores;
  }

  /** Steps that were made. */
  get steps(): number {
    return this.#step;
  }

  /** The trained tensors by the authors' names, live. What training leaves alone is not among them. */
  weights(): ReadonlyMap<string, BranchWeight> {
    return new Map(this.#tensors.map(({ name, shape, weight }) => [name, { shape, data: weight }]));
  }

  /**
   * Writes weights, moments and the number of steps, whole or not at all.
   * @throws FoveaError `no_space`, `read_only`, `io`…; `internal` between `accumulate` and `step`, whose sums are not kept
   */
  async save(path: string): Promise<void> {
    this.#betweenSteps();
    await saveState(path, this.#tensors, this.#step);
  }

  /**
   * Goes on from what {@link save} wrote: the next steps are, to the bit, those that would have followed.
   * @throws FoveaError `bad_checkpoint` when the file is none, or of another branch; nothing has changed then.
   */
  async restore(path: string): Promise<void> {
    this.#betweenSteps();
    this.#step = await restoreState(path, this.#tensors);
  }

  async dispose(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const session of await Promise.allSettled(sessions)) {
      if (session.status === 'fulfilled') await session.value.release();
    }
  }

  #session(kind: Kind): Promise<Session> {
    const known = this.#sessions.get(kind);
    if (known) return known;
    const { loss, device, cpuThreads } = this.#settings;
    const graph =
      kind === 'scores' ? forwardGraph(this.#branch) : trainingGraph(this.#branch, loss, kind === 'resized');
    const session = Session.open(graph, { device, cpuThreads, training: true }, kind !== 'scores');
    this.#sessions.set(kind, session);
    return session;
  }

  #weightFeeds(): Record<string, Feed> {
    return Object.fromEntries(
      this.#tensors.map(({ tensor, shape, weight }) => [tensor, [weight, shape] as const]),
    );
  }

  #emptyBatch(): void {
    for (const { gradient } of this.#tensors) gradient.fill(0);
    this.#examples = 0;
  }

  #betweenSteps(): void {
    if (this.#examples > 0)
      throw new FoveaError('internal', 'a batch is half accumulated: make the step first');
  }
}

/** Numbers that are not finite say so as late as this: the first ones of a branch are checked where they are read. */
function diverged(steps: number, what: string): FoveaError {
  return steps === 0
    ? new FoveaError('diverged', `the branch that training begins from gives no numbers: ${what}`, {
        next: 'Begin from another RPN, or from the layers of the model (--new-rpn K,T)',
      })
    : new FoveaError('diverged', `training diverged after step ${steps}: ${what}`, {
        next: 'Train with a smaller learning rate (--lr), or a longer warm-up',
      });
}
