/**
 * Which decoder serves a request. Where weights are mapped, each request gets exactly what it asks for: another
 * session costs milliseconds. Where every session holds the weights again (a GPU), one decoder that grows with what is
 * asked serves nearly all, and a few outputs go unread.
 */
import type { DecoderVariant, ModelFacts } from '../../models/architectures/index.ts';

export class VariantPolicy {
  readonly #facts: Pick<ModelFacts, 'layers' | 'rpn'>;
  readonly #share: boolean;
  readonly #taps = new Set<number>();
  /** The layer whose input is read: the branch's, or the one asked for first where there is no branch. */
  #hiddenOf: number | null;

  /** @param share one growing decoder instead of one per kind of request */
  constructor(facts: Pick<ModelFacts, 'layers' | 'rpn'>, share: boolean) {
    this.#facts = facts;
    this.#share = share;
    this.#hiddenOf = facts.rpn?.k ?? null;
  }

  /** A variant that gives at least what `wanted` asks for. */
  pick(wanted: DecoderVariant): DecoderVariant {
    const { layers } = this.#facts;
    if (this.#share) this.#hiddenOf ??= wanted.hiddenOf;
    const usual =
      wanted.layers === layers &&
      wanted.logits !== 'all' &&
      (wanted.hiddenOf === null || wanted.hiddenOf === this.#hiddenOf);
    if (!this.#share || !usual) return wanted;
    for (const layer of wanted.taps) this.#taps.add(layer);
    const taps = [...this.#taps].sort((a, b) => a - b);
    return { layers, logits: 'last', taps, hiddenOf: this.#hiddenOf };
  }
}
