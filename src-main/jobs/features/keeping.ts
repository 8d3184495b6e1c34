/**
 * Keeping features and encodings of pictures beside a label job. A label is worth more than what it leaves behind: where features cannot be kept,
 * that is said once and labelling goes on without.
 */
import { counted } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { EncodingsPlace, EncodingsReport, LabelOutcome } from '../../engine/protocol.ts';
import type { ProjectFeatures } from './project-features.ts';

export interface Kept {
  readonly count: number;
  readonly bytes: number;
  /** Of pictures: those that were kept, their bytes, and those that were there already and not computed. */
  readonly encodings: { readonly count: number; readonly bytes: number; readonly reused: number };
  /** Kept encodings that could not be read and were computed again, by the last one's reason; null: none. */
  readonly bad: { readonly count: number; readonly why: string } | null;
  /** Why keeping stopped; null: it did not. */
  readonly stopped: string | null;
}

export class Keeping {
  readonly #features: ProjectFeatures;
  #count = 0;
  #bytes = 0;
  #encodings: Kept['encodings'] = { count: 0, bytes: 0, reused: 0 };
  #bad: Kept['bad'] = null;
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

  /** For the engine: what is kept is used in any case. */
  get place(): EncodingsPlace {
    return this.#features.encodings(this.#stopped === null);
  }

  get kept(): Kept {
    const encodings = this.#encodings;
    return {
      count: this.#count,
      bytes: this.#bytes,
      encodings,
      bad: this.#bad,
      stopped: this.#stopped,
    };
  }

  /** @param sample whose picture was settled before the engine saw it, and is the same after. Never throws what the disk says */
  keep(
    sample: { readonly imageId: number; readonly question: string },
    { features, encodings }: Pick<LabelOutcome, 'features' | 'encodings'>,
  ): Promise<void> {
    if (encodings) this.#note(encodings);
    const written = this.#writing.then(() => this.#keep(sample, features));
    this.#writing = written.catch(() => undefined);
    return written;
  }

  #note({ reused, kept, keptBytes, bad, refused }: EncodingsReport): void {
    const { count, bytes, reused: before } = this.#encodings;
    this.#encodings = { count: count + kept, bytes: bytes + keptBytes, reused: before + reused };
    if (bad !== null) this.#bad = { count: (this.#bad?.count ?? 0) + 1, why: bad };
    this.#stopped ??= refused;
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

/** What went wrong with keeping, said once for a job; null: nothing. */
export function troubleWords(kept: Kept | null): string | null {
  const { bad = null, stopped = null } = kept ?? {};
  const words = [
    ...(bad === null ? [] : [badWords(bad)]),
    ...(stopped === null ? [] : [`labelled without keeping features: ${stopped}`]),
  ];
  return words.length === 0 ? null : words.join('; ');
}

/** Kept encodings that were no use. */
export function badWords({ count, why }: NonNullable<Kept['bad']>): string {
  const what = counted(count, 'kept encoding of a picture', 'kept encodings of pictures');
  return `${what} could not be used and ${count === 1 ? 'was' : 'were'} computed again: ${why}`;
}
