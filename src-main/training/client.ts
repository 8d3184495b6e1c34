/**
 * The process that trains, as a job holds it. It is started by `open` and again by the next `open` after it died; a call in
 * flight at its death rejects with `engine_died`, and the job goes on from the state that it saved last.
 */
import { fileURLToPath } from 'node:url';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Preset } from '../../src-shared/contract/preset.ts';
import { Forked } from '../process/forked.ts';
import type {
  ExampleScores,
  ScoredExample,
  StepOutcome,
  Trainer,
  TrainerInfo,
  TrainerStart,
  TrainingExample,
} from './protocol.ts';
import type { CallName, FromTrainer, Input, Output, ToTrainer } from './wire.ts';
import { CALLS, fromTrainerSchema } from './wire.ts';

export interface TrainerOptions {
  /** The host's file; by default `host.ts` beside this file, for checkouts. Bundles give their own. */
  readonly entry?: string;
  /** Silence after which a busy process counts as hung. */
  readonly hangMs?: number;
}

interface Pending {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: FoveaError) => void;
}

const HANG_MS = 600_000;
const STOP_GRACE_MS = 2000;

export class TrainerClient implements Trainer {
  readonly #options: TrainerOptions;
  readonly #pending = new Map<number, Pending>();
  #process: Forked<FromTrainer, ToTrainer> | null = null;
  #nextId = 1;

  constructor(options: TrainerOptions = {}) {
    this.#options = options;
  }

  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  async open(start: TrainerStart): Promise<TrainerInfo> {
    // Another branch is another process: what the former held is given back for certain.
    await this.#end('another branch is trained');
    this.#start();
    return this.#call('open', {
      ...start,
      model: { ...start.model },
      settings: { ...start.settings, betas: [...start.settings.betas] },
    });
  }

  step(examples: readonly TrainingExample[], signal?: AbortSignal): Promise<StepOutcome> {
    return this.#call(
      'step',
      examples.map(({ features, labels, grid: [rows, columns], transform, weight }) => {
        return { features, labels: new Int8Array(labels), grid: [rows, columns], transform, weight };
      }),
      signal,
    );
  }

  score(examples: readonly ScoredExample[], roi: Preset['roi']): Promise<ExampleScores[]> {
    return this.#call('score', { examples: examples.map(({ features }) => ({ features })), roi });
  }

  async save(path: string): Promise<void> {
    await this.#call('save', path);
  }

  exportVersion(folder: string): Promise<{ readonly sha256: string }> {
    return this.#call('exportVersion', folder);
  }

  peakBytes(): Promise<number> {
    return this.#call('peakBytes', null);
  }

  async dispose(): Promise<void> {
    await this.#end('the process that trains was stopped');
  }

  #start(): void {
    const { hangMs = HANG_MS } = this.#options;
    const entry = this.#options.entry ?? fileURLToPath(new URL('./host.ts', import.meta.url));
    const process: Forked<FromTrainer, ToTrainer> = new Forked(
      { entry, hangMs, argument: null, parse: (raw) => fromTrainerSchema.safeParse(raw).data ?? null },
      {
        message: (message) => this.#process === process && this.#receive(message),
        end: (reason) => this.#process === process && this.#died(reason),
      },
    );
    this.#process = process;
  }

  async #call<N extends CallName>(call: N, input: Input<N>, signal?: AbortSignal): Promise<Output<N>> {
    const process = this.#process;
    if (!process) throw died('the process that trains is not running');
    const id = this.#nextId++;
    const giveUp = (): void => process.send({ giveUp: id });
    const output = await new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      process.busy = true;
      process.send({ id, call, input });
      if (signal?.aborted) giveUp();
      else signal?.addEventListener('abort', giveUp, { once: true });
    }).finally(() => signal?.removeEventListener('abort', giveUp));
    return CALLS[call].output.parse(output) as Output<N>;
  }

  #receive(message: FromTrainer): void {
    if (message.type === 'ready' || message.type === 'beat') return;
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (this.#process) this.#process.busy = this.#pending.size > 0;
    if (message.type === 'done') pending?.resolve(message.output);
    else pending?.reject(FoveaError.fromWire(message.error));
  }

  #died(reason: string): void {
    this.#process = null;
    this.#rejectAll(`the process that trains ended (${reason})`);
  }

  async #end(why: string): Promise<void> {
    const process = this.#process;
    this.#process = null;
    this.#rejectAll(why);
    await process?.stop(STOP_GRACE_MS);
  }

  #rejectAll(message: string): void {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of all) reject(died(message));
  }
}

function died(message: string): FoveaError {
  return new FoveaError('engine_died', message, {
    next: 'Train again: it goes on from the state saved last',
  });
}
