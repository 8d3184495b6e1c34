/**
 * The picture as it is, where the teacher's view is another (METHOD §1: one sample, two geometries). The RPN is asked
 * about it and its crop is put beside it; the forward pass that gives the RPN's map also fills the keys and values the
 * second stage goes on from. Questions on one picture share its encoding and its prefix.
 */
import type { Preset } from '../../../src-shared/contract/preset.ts';
import type { RgbImage } from '../../checkpoint/image/decode.ts';
import type { KvCache } from '../ports.ts';
import { promptFor } from '../subject/prompted.ts';
import type { Prompted } from '../subject/prompted.ts';
import { pruningOf } from './prune.ts';
import { sharedHidden } from './features.ts';
import { askRpn, rpnDepth } from './rpn.ts';
import type { RpnSays } from './rpn.ts';
import { Once } from '../subject/once.ts';
import { SharedPrefix } from '../subject/shared-prefix.ts';
import type { Lease } from '../subject/shared-prefix.ts';
import type { Stopwatch } from '../subject/stopwatch.ts';
import { encodeImage } from '../subject/subject.ts';
import type { EncodedImage, Subject } from '../subject/subject.ts';

/** What a second stage continues from: a picture, the question about it, and as much of both as the cache holds. */
export interface Scene {
  readonly encoded: EncodedImage;
  readonly prompt: Prompted;
  readonly cache: KvCache;
  /** Layers 0…layers−1 of the cache hold it. */
  readonly layers: number;
}

/** Of one picture under one model; whoever makes it disposes it. */
export class NativeView {
  readonly #shared = new SharedPrefix();
  readonly #encoded = new Once<EncodedImage>();

  /** A sample begins; it has to `end`. */
  begin(): NativeSample {
    return new NativeSample(this.#shared, this.#encoded);
  }

  dispose(): void {
    this.#shared.dispose();
    this.#encoded.forget();
  }
}

/** One sample's questions to the picture. */
export class NativeSample {
  readonly #shared: SharedPrefix;
  readonly #encoded: Once<EncodedImage>;
  readonly #leases: Lease[] = [];

  constructor(shared: SharedPrefix, encoded: Once<EncodedImage>) {
    this.#shared = shared;
    this.#encoded = encoded;
  }

  /**
   * What the RPN says to a question, on the picture's own grid.
   * @param deep the second stage will go on from here: every layer runs, not only those below the branch (a second
   *   stage that prunes begins anew, and needs no more than they)
   * @param kept hidden_states[K] is to be kept: the prefix is fed by itself
   */
  async predict(
    subject: Subject,
    image: RgbImage,
    question: string,
    preset: Preset,
    deep: boolean,
    kept: boolean,
    watch: Stopwatch,
  ): Promise<Scene & RpnSays & { readonly hidden: Float32Array }> {
    const { encoded, prompt } = await this.#ask(subject, image, question, watch);
    const pruning = deep ? pruningOf(subject, preset, prompt.grid) : null;
    const layers = deep && !pruning ? subject.model.profile.layers : rpnDepth(subject);
    const hiddenOf = subject.model.profile.rpn?.k ?? 0;
    const depth = { layers, hiddenOf, alone: kept };
    const { lease, hidden } = await sharedHidden(subject, encoded, prompt, this.#shared, depth, watch);
    this.#leases.push(lease);
    const { cache } = lease;
    const says = await askRpn(subject, prompt, hidden, { pruning, rules: preset.roi.rules }, watch);
    return { encoded, prompt, cache, layers, hidden, ...says };
  }

  /** hidden_states[K] of the question, for a model without a branch to ask. */
  async hidden(
    subject: Subject,
    image: RgbImage,
    question: string,
    hiddenOf: number,
    watch: Stopwatch,
  ): Promise<Pick<Scene, 'encoded' | 'prompt'> & { readonly hidden: Float32Array }> {
    const { encoded, prompt } = await this.#ask(subject, image, question, watch);
    const depth = { layers: Math.max(1, hiddenOf), hiddenOf, alone: true };
    const { lease, hidden } = await sharedHidden(subject, encoded, prompt, this.#shared, depth, watch);
    this.#leases.push(lease);
    return { encoded, prompt, hidden };
  }

  /** The same without asking the RPN: the cache holds nothing yet, or what an earlier question left of the picture. */
  async scene(subject: Subject, image: RgbImage, question: string, watch: Stopwatch): Promise<Scene> {
    const { encoded, prompt } = await this.#ask(subject, image, question, watch);
    const { layers } = subject.model.profile;
    const depth = { layers, hiddenOf: null };
    const lease = await this.#shared.start(subject, prompt, depth);
    this.#leases.push(lease);
    // It counts as left only once the second stage has fed it; nobody waits until then.
    lease.filled?.(layers, null);
    return { encoded, prompt, cache: lease.cache, layers };
  }

  end(): void {
    for (const lease of this.#leases.splice(0)) lease.end();
  }

  async #ask(
    subject: Subject,
    image: RgbImage,
    question: string,
    watch: Stopwatch,
  ): Promise<{ readonly encoded: EncodedImage; readonly prompt: Prompted }> {
    const encoded = await this.#encoded.get(() => encodeImage(subject, image, watch, null));
    return { encoded, prompt: promptFor(subject, question, encoded.placement.grid) };
  }
}
