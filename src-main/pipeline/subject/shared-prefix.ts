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
  return { cache, hidden };
}

/** Rows of the shared prefix, then those of this feed. */
export function joined(prefix: Float32Array | null, rows: Float32Array | null): Float32Array | null {
  if (prefix === null || rows === null) return rows;
  const all = new Float32Array(prefix.length + rows.length);
  all.set(prefix);
  all.set(rows, prefix.length);
  return all;
}

/** Of one picture under one model; whoever makes it disposes it. One sample at a time. */
export class SharedPrefix {
  #cache: KvCache | null = null;
  #before = '';
  #layers = 0;
  #alone = false;
  #hidden: Float32Array | null = null;
  #hiddenOf: number | null = null;

  /**
   * Where the sample begins: with the prefix of `prompt` in layers 0…layers−1 when an earlier question left it, else
   * with nothing. The caller may extend the cache, but may not change the rows of the prefix.
   * @param depth what the prefix must have: hidden_states[K] of its rows, or having been fed by itself
   */
  start(subject: Subject, prompt: Prompted, { layers, hiddenOf, alone = false }: Depth): Start {
    const [, length] = prompt.visual;
    const cache = (this.#cache ??= subject.model.newCache());
    const held = this.#before === beforeOf(prompt) && this.#layers >= layers && cache.length >= length;
    const knows = hiddenOf === null || (this.#hidden !== null && this.#hiddenOf === hiddenOf);
    if (held && knows && (this.#alone || !alone)) {
      cache.truncate(length);
      return { cache, hidden: hiddenOf === null ? null : this.#hidden };
    }
    cache.truncate(0);
    this.#layers = 0;
    this.#alone = false;
    this.#hidden = null;
    return { cache, hidden: null };
  }

  /**
   * What a sample that began with nothing leaves to the next: its cache now holds the prompt in `layers` layers.
   * @param depth also of which layer `hidden` is, and whether the prefix was fed by itself
   * @param hidden hidden_states[K], `[≥ prefix, d]`; null when nobody asked
   */
  keep(
    subject: Subject,
    prompt: Prompted,
    { layers, hiddenOf, alone = false }: Depth,
    hidden: Float32Array | null,
  ): void {
    if (this.#layers >= layers) return;
    this.#before = beforeOf(prompt);
    this.#layers = layers;
    this.#alone = alone;
    this.#hiddenOf = hiddenOf;
    // A copy: the array may be the runtime's, and holds more rows.
    this.#hidden = hidden && hidden.slice(0, prompt.visual[1] * subject.model.profile.hiddenSize);
  }

  dispose(): void {
    this.#cache?.dispose();
    this.#cache = null;
    this.#hidden = null;
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
