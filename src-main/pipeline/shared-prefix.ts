/**
 * Several questions on one picture share everything up to its last visual token: the keys and values of
 * [system + visual tokens], and hidden_states[K] of those rows for the RPN. They are computed with the first question
 * and taken up again by the next (attention is causal, so they do not depend on the question).
 */
import type { KvCache } from './ports.ts';
import type { Prompted } from './prompted.ts';
import { prefixParts } from './prompted.ts';
import type { EncodedImage, Subject } from './subject.ts';
import type { Stopwatch } from './stopwatch.ts';

/** Where a sample begins: a cache that is empty, or holds the prompt up to its last visual token. */
export interface Start {
  readonly cache: KvCache;
  /** hidden_states[K] of the rows the cache holds, `[cache.length, d]`; null when it is empty or nobody asked. */
  readonly hidden: Float32Array | null;
}

/** Of one picture under one model; whoever makes it disposes it. One sample at a time. */
export class SharedPrefix {
  #cache: KvCache | null = null;
  #before = '';
  #layers = 0;
  #hidden: Float32Array | null = null;

  /**
   * The prefix of `prompt` in layers 0…layers−1, computed when what is held does not do. The caller may extend the
   * cache, but may not change the rows of the prefix.
   * @param rpn hidden_states[K] is wanted as well
   */
  async start(
    subject: Subject,
    encoded: EncodedImage,
    prompt: Prompted,
    { layers, rpn }: { readonly layers: number; readonly rpn: boolean },
    watch: Stopwatch,
  ): Promise<Start> {
    const before = prompt.ids.before.join();
    const [, length] = prompt.visual;
    const cache = (this.#cache ??= subject.model.newCache());
    const held = this.#before === before && this.#layers >= layers && cache.length >= length;
    if (held && (this.#hidden !== null || !rpn)) {
      cache.truncate(length);
      return { cache, hidden: this.#hidden };
    }
    cache.truncate(0);
    this.#layers = 0;
    const k = subject.model.profile.rpn?.k;
    const { hidden } = await watch.time('prefix', () =>
      subject.model.forward(cache, {
        parts: prefixParts(prompt, encoded.features),
        layers,
        ...(rpn && k !== undefined ? { hiddenOf: k } : {}),
      }),
    );
    this.#before = before;
    this.#layers = layers;
    // A copy: the array may be the runtime's.
    this.#hidden = hidden && hidden.slice();
    return { cache, hidden: this.#hidden };
  }

  dispose(): void {
    this.#cache?.dispose();
    this.#cache = null;
    this.#hidden = null;
  }
}
