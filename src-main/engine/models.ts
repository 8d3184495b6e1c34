/**
 * Loaded models of the engine process, the most recently used few. A model is loaded when first asked for; an evicted
 * one gives its memory back. A model that fails to load leaves nothing behind.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelFolders } from '../checkpoint/adapter/base.ts';
import { wholeModel } from '../checkpoint/adapter/base.ts';
import { openFolders } from '../checkpoint/open.ts';
import type { AnyCheckpoint } from '../checkpoint/open.ts';
import type { VisionLanguageModel } from '../pipeline/ports.ts';
import { loadBranch, loadModel, precisionFor } from '../runtime/index.ts';
import type { LoadedModel } from '../runtime/index.ts';
import { gateThresholdOf } from '../checkpoint/gate.ts';
import type { ChosenPrecision, ModelInfo, ModelRef, Precision, QuantiseProgress } from './protocol.ts';

/** Who waits for a load. */
export interface LoadWatch {
  /** Stops writing a cache; a load that has come further ends. */
  readonly signal?: AbortSignal;
  readonly onQuantise?: (progress: Pick<QuantiseProgress, 'done' | 'total'>) => void;
}

export interface OpenModel {
  readonly precision: Precision;
  readonly model: LoadedModel;
  readonly checkpoint: AnyCheckpoint;
}

/** A model of which only `rpn` is used. */
export interface OpenBranch {
  readonly model: VisionLanguageModel;
  readonly checkpoint: AnyCheckpoint;
}

export class ModelCache {
  /** In order of use, the last one latest. */
  readonly #open = new Map<string, OpenModel>();
  readonly #capacity: number;
  readonly #cpuThreads: number | undefined;
  readonly #chosen = new Map<string, ChosenPrecision>();
  #branch: { readonly key: string; readonly opened: OpenBranch } | null = null;

  constructor(capacity: number, cpuThreads?: number) {
    this.#capacity = capacity;
    this.#cpuThreads = cpuThreads;
  }

  /** @throws FoveaError as `openModel` and `loadModel` do, `cancelled` included. */
  async get(ref: ModelRef, watch: LoadWatch = {}): Promise<OpenModel> {
    const { device, precision = 'as-stored' } = ref;
    const key = [device, precision, await keyOf(await wholeModel(ref))].join('\n');
    const known = this.#open.get(key);
    if (known) {
      this.#open.delete(key);
      this.#open.set(key, known);
      return known;
    }
    const checkpoint = await openFolders(ref);
    // Room is made first: two large models at once may be one too many.
    await this.#shrinkTo(this.#capacity - 1);
    const model = await loadModel(checkpoint, {
      device,
      precision,
      ...watch,
      ...(this.#cpuThreads === undefined ? {} : { cpuThreads: this.#cpuThreads }),
    });
    const opened = { precision, model, checkpoint };
    this.#open.set(key, opened);
    return opened;
  }

  /**
   * What `auto` comes to; the same for as long as the process lives. @throws FoveaError as `openModel`, and `cancelled`
   */
  async choose(ref: Omit<ModelRef, 'precision'>, watch: LoadWatch = {}): Promise<ChosenPrecision> {
    const key = [ref.device, await keyOf(await wholeModel(ref))].join('\n');
    const known = this.#chosen.get(key);
    if (known) return known;
    const checkpoint = await openFolders(ref);
    const chosen = await precisionFor(checkpoint, {
      device: ref.device,
      ...watch,
      ...(this.#cpuThreads === undefined ? {} : { cpuThreads: this.#cpuThreads }),
      runsOn: async () => (await this.get(ref, watch)).model.profile.device,
    });
    this.#chosen.set(key, chosen);
    return chosen;
  }

  /**
   * A model of which only the RPN runs: nothing else of it is read or made, so it takes no place among the loaded ones. The
   * one asked for last stays open. @throws FoveaError as `openModel`, and `bad_checkpoint` where there is no RPN
   */
  async branch(ref: ModelRef): Promise<OpenBranch> {
    const folders = await wholeModel(ref);
    const key = await keyOf(folders);
    if (this.#branch?.key === key) return this.#branch.opened;
    const last = this.#branch;
    this.#branch = null;
    await last?.opened.model.dispose();
    const checkpoint = await openFolders(folders);
    const opened = { checkpoint, model: loadBranch(checkpoint, this.#cpuThreads) };
    this.#branch = { key, opened };
    return opened;
  }

  async #shrinkTo(count: number): Promise<void> {
    for (const [key, { model }] of this.#open) {
      if (this.#open.size <= count) return;
      this.#open.delete(key);
      await model.dispose();
    }
  }
}

/** Changes with the folders and with what lies in them. */
async function keyOf({ dir, rpnDir = '', adapterDir = '' }: ModelFolders): Promise<string> {
  const folders = [dir, rpnDir, adapterDir];
  const stamps = await Promise.all(folders.map((folder) => (folder ? stampOf(folder) : '')));
  return [...folders, ...stamps].join('\n');
}

/** What models are read from; what else people keep beside them (pictures, logs, notes) makes no other model of them. */
const MODEL_FILE = /\.(json|safetensors|jinja|txt|model)$/;

/** Changes when a file of the model is replaced: then it is loaded anew. Empty when there is no folder. */
async function stampOf(dir: string): Promise<string> {
  const names = (await readdir(dir).catch(() => [])).filter((name) => MODEL_FILE.test(name)).sort();
  const files = await Promise.all(names.map((name) => stat(join(dir, name)).catch(() => null)));
  return files.map((file) => `${file?.mtimeMs}:${file?.size}`).join();
}

/** What people and runs record about a loaded model. */
export function describe({ precision, model, checkpoint }: OpenModel): ModelInfo {
  const { family, layers, heads, grid, rpn, device } = model.profile;
  const { parameters, selfCheck, oneAtATime, loadMs, cpuThreads, held } = model.info;
  return {
    dir: checkpoint.dir,
    ...(checkpoint.rpnDir === undefined ? {} : { rpnDir: checkpoint.rpnDir }),
    ...(checkpoint.adapter === undefined ? {} : { adapterDir: checkpoint.adapter.dir }),
    name: checkpoint.name,
    family,
    layers,
    heads,
    grid,
    parameters,
    rpn,
    ...gateThresholdOf(checkpoint),
    rules: checkpoint.rules,
    device,
    precision,
    selfCheck: selfCheck && { maxError: selfCheck.maxError, limit: selfCheck.limit },
    ...(oneAtATime === null ? {} : { oneAtATime }),
    loadMs,
    threads: cpuThreads === 0 ? null : cpuThreads,
    held,
  };
}
