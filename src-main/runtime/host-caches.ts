/** What decoders whose keys and values lie in JavaScript's memory have in common. */
import type { ModelFacts } from '../../models/architectures/index.ts';
import { HostKvCache } from './kv-cache.ts';

export abstract class HostCaches {
  readonly #facts: Pick<ModelFacts, 'layers' | 'kvHeads' | 'headDim'>;

  constructor(facts: Pick<ModelFacts, 'layers' | 'kvHeads' | 'headDim'>) {
    this.#facts = facts;
  }

  newCache(): HostKvCache {
    return new HostKvCache(this.#facts.layers, this.#facts.kvHeads * this.#facts.headDim);
  }

  owns(cache: unknown): cache is HostKvCache {
    return cache instanceof HostKvCache;
  }

  dispose(): void {
    // Everything it made lies in its caches.
  }

  rowsAtOnce(): number {
    return Infinity;
  }

  makeRoom(cache: HostKvCache, layers: number, count: number): void {
    cache.reserve(layers, count);
  }
}
