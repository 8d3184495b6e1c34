/**
 * Keeping features beside a label job. A label is worth more than what it leaves behind: where features cannot be kept,
 * that is said once and labelling goes on without.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { ProjectFeatures } from './project-features.ts';

export interface Kept {
  readonly count: number;
  readonly bytes: number;
  /** Why keeping stopped; null: it did not. */
  readonly stopped: string | null;
}

export class Keeping {
  readonly #features: ProjectFeatures;
  #count = 0;
  #bytes = 0;
  #stopped: string | null = null;
  /** Samples end at any time; what they leave is written one by one. */
  #writing: Promise<void> = Promise.resolve();

  constructor(features: ProjectFeatures) {
    this.#features = features;
  }

  /** K, to ask the engine for; undefined: nothing is kept any more. */
  get layer(): number | undefined {
    return this.#stopped === null ? this.#features.source.layer : undefined;
  }

  get kept(): Kept {
    return { count: this.#count, bytes: this.#bytes, stopped: this.#stopped };
  }

  /** @param sample whose picture was settled before the engine saw it, and is the same after. Never throws what the disk says */
  keep(
    sample: { readonly imageId: number; readonly question: string },
    features: Uint8Array | undefined,
  ): Promise<void> {
    const written = this.#writing.then(() => this.#keep(sample, features));
    this.#writing = written.catch(() => undefined);
    return written;
  }

  async #keep(
    sample: { readonly imageId: number; readonly question: string },
    features: Uint8Array | undefined,
  ): Promise<void> {
    if (!features || this.#stopped !== null) return;
    try {
      if (await this.#features.put(this.#features.keyOf(sample), features)) {
        this.#count++;
        this.#bytes += features.length;
      } else this.#stopped = 'one sample alone takes more than all features may take';
    } catch (thrown) {
      const error = FoveaError.from(thrown);
      if (!OF_THE_DISK.has(error.code)) throw error;
      this.#stopped = error.message;
    }
  }
}

const OF_THE_DISK: ReadonlySet<string> = new Set(['no_space', 'read_only', 'io']);
