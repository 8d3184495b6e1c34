/**
 * Several questions on one picture share everything up to its last visual token: the keys and values of
 * [system + visual tokens], and hidden_states[K] of those rows for the RPN. The first question computes them in one feed
 * with its own tokens, which is the cheapest when no other follows; the next takes them up again (attention is causal,
 * so they do not depend on the question).
 */
import type { FeedPart, KvCache } from '../ports.ts';
import { prefixParts, promptParts } from './prompted.ts';
import type { Prompted } from './prompted.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { EncodedImage, Subject } from './subject.ts';

/** Where a sample begins: a cache that is empty, or holds the prompt up to its last visual token. */
export interface Start {
  readonly cache: KvCache;
  /** hidden_states[K] of the rows the cache holds, `[cache.length, d]`; null when it is empty or nobody asked. */
  readonly hidden: Float32Array | null;
  /**
   * Hears that the prompt has been fed: its first rows are there for other questions from now on.
   * @param layers that the cache holds it in
   * @param hidden hidden_states[K], `[≥ prefix, d]`; null when nobody asked
   */
  readonly filled?: (layers: number, hidden: Float32Array | null) => void;
}

/** A start whose cache is somebody's until it ends. */
export interface Lease extends Start {
  /** The sample is over. */
  end(): void;
}

/** The start of a sample that shares nothing. */
export function ownStart({ model }: Subject): Lease {
  const cache = model.newCache();
  return { cache, hidden: null, end: () => cache.dispose() };
}

/** What is left to feed of the prompt when the cache holds nothing, or the prompt up to its last visual token. */
export function partsAfter(held: number, prompt: Prompted, { features }: EncodedImage): FeedPart[] {
  return held === 0 ? promptParts(prompt, features) : [{ tokens: prompt.ids.after }];
}

/**
 * Feeds the prefix by itself where the cache is empty, as if an earlier question had left it. The last digits of a row can
 * depend on how many rows are fed at once (a GPU's kernels go by shapes, a CPU multiplies a single row in another way);
 * rows that are kept must not depend on what else was asked.
 */
export async function withPrefix(
  subject: Subject,
  encoded: EncodedImage,
  prompt: Prompted,
  start: Start,
  { layers, hiddenOf }: Pick<Depth, 'layers' | 'hiddenOf'>,
  watch: Stopwatch,
): Promise<Start> {
  const { cache } = start;
  if (cache.length > 0) return start;
  const parts = prefixParts(prompt, encoded.features);
  const { hidden } = await watch.time('prefill', () =>
    subject.model.forward(cache, {
      parts,
      layers,
      logits: 'none',
      ...(hiddenOf === null ? {} : { hiddenOf }),
    }),
  );
  return { ...start, hidden };
}

/** Rows of the shared prefix, then those of this feed. */
export function joined(prefix: Float32Array | null, rows: Float32Array | null): Float32Array | null {
  if (prefix === null || rows === null) return rows;
  const all = new Float32Array(prefix.length + rows.length);
  all.set(prefix);
  all.set(rows, prefix.length);
  return all;
}

/** What a sample left: a cache whose first rows are the prefix, and what is known of these. */
interface Held {
  readonly cache: KvCache;
  readonly before: string;
  readonly layers: number;
  readonly alone: boolean;
  readonly hidden: Float32Array | null;
  readonly hiddenOf: number | null;
}

/**
 * Of one picture under one model; whoever makes it disposes it. Samples may be in flight at once: the first fills, the
 * others wait until its prompt has been fed and take copies of the prefix. One after the other they take the same cache.
 */
export class SharedPrefix {
  #held: Held | null = null;
  /** Who uses the held cache itself. */
  #user: Lease | null = null;
  /** Somebody computes the prefix; resolves when it is there, or will not come. */
  #filling: Promise<void> | null = null;
  #disposed = false;

  /**
   * Where the sample begins: with the prefix of `prompt` in layers 0…layers−1 when an earlier question left it, else
   * with nothing. The caller may extend the cache, and says when the sample is over.
   * @param depth what the prefix must have: hidden_states[K] of its rows, or having been fed by itself
   */
  async start(subject: Subject, prompt: Prompted, depth: Depth): Promise<Lease> {
    while (!this.#suits(prompt, depth) && this.#filling) await this.#filling;
    const [, length] = prompt.visual;
    const held = this.#held;
    if (!held || !this.#suits(prompt, depth)) return this.#fill(subject, prompt, depth);
    const hidden = depth.hiddenOf === null ? null : held.hidden;
    if (this.#user) {
      const cache = held.cache.fork(length);
      return { cache, hidden, end: () => cache.dispose() };
    }
    held.cache.truncate(length);
    return this.#use({ cache: held.cache, hidden });
  }

  dispose(): void {
    this.#disposed = true;
    this.#held?.cache.dispose();
    this.#held = null;
  }

  #suits(prompt: Prompted, { layers, hiddenOf, alone = false }: Depth): boolean {
    const held = this.#held;
    if (!held || held.before !== beforeOf(prompt) || held.layers < layers) return false;
    const knows = hiddenOf === null || (held.hidden !== null && held.hiddenOf === hiddenOf);
    return held.cache.length >= prompt.visual[1] && knows && (held.alone || !alone);
  }

  /** The held cache itself, to one sample. */
  #use(start: Start): Lease {
    const lease: Lease = {
      ...start,
      end: () => {
        if (this.#user === lease) this.#user = null;
        // Another took its place meanwhile, or nobody is to come.
        if (this.#disposed || this.#held?.cache !== start.cache) start.cache.dispose();
      },
    };
    this.#user = lease;
    return lease;
  }

  /** An empty cache, which becomes the held one when the prompt has been fed. */
  #fill(subject: Subject, prompt: Prompted, { hiddenOf, alone = false }: Depth): Lease {
    // What nobody uses makes room, and its memory serves again.
    const cache = (this.#user === null ? this.#held?.cache : undefined) ?? subject.model.newCache();
    if (this.#held?.cache === cache) this.#held = null;
    cache.truncate(0);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#filling = promise;
    const settle = (): void => {
      if (this.#filling === promise) this.#filling = null;
      resolve();
    };
    let lease: Lease | null = null;
    const filled = (layers: number, hidden: Float32Array | null): void => {
      const rows = prompt.visual[1] * subject.model.profile.hiddenSize;
      // A copy: the array may be the runtime's, and holds more rows.
      const kept = hidden && hidden.slice(0, rows);
      this.#held = { cache, before: beforeOf(prompt), layers, alone, hidden: kept, hiddenOf };
      lease = this.#use({ cache, hidden: null });
      settle();
    };
    const end = (): void => {
      settle();
      if (lease) lease.end();
      else cache.dispose();
    };
    return { cache, hidden: null, filled, end };
  }
}

/** How much of the model a sample runs. */
export interface Depth {
  readonly layers: number;
  /** Whose input is wanted as well: hidden_states[K]; null: of none. */
  readonly hiddenOf: number | null;
  /** The prefix is fed by itself ({@link withPrefix}). */
  readonly alone?: boolean;
}

function beforeOf({ ids }: Prompted): string {
  return ids.before.join();
}
