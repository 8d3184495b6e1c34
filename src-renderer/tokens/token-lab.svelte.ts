/** Tokens of the sample on screen with their maps: asked for while somebody looks at them, the newest sample wins. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { TokenView } from '../../src-shared/contract/inspect.ts';
import { meant, tokenMap, tokensTitle } from './token-maps.ts';
import type { Session } from '../shell/session.svelte.ts';

/** Nobody who only passes by a sample makes the model work. */
const PAUSE_MS = 250;
/** Views held; one is some hundred KB. */
const KEPT = 12;

export class TokenLab {
  readonly #session: Session;
  readonly #slot: string;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping, nothing on screen depends on it
  readonly #known = new Map<number, TokenView>();
  #wanted: number | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  view = $state.raw<TokenView | null>(null);
  busy = $state(false);
  problem = $state.raw<FoveaError | null>(null);
  /** The token under the pointer or the keyboard. */
  pointed = $state<number | null>(null);
  /** Tokens kept with a click; several give their mean. */
  kept = $state.raw<readonly number[]>([]);

  readonly shown = $derived(this.view ? meant(this.view, this.pointed, this.kept) : []);
  readonly title = $derived(
    this.view ? tokensTitle(this.view, this.shown, this.pointed !== null || this.kept.length > 0) : '',
  );
  readonly map = $derived(this.view ? tokenMap(this.view, this.shown) : null);

  constructor(session: Session, slot: string) {
    this.#session = session;
    this.#slot = slot;
  }

  /** The prediction on screen, or null when nobody looks at its tokens. */
  follow(predictionId: number | null): void {
    if (predictionId === this.#wanted) return;
    this.#wanted = predictionId;
    this.#forget();
    if (predictionId === null) {
      if (this.busy) void this.#stop();
      return;
    }
    const known = this.#known.get(predictionId);
    if (known) this.view = known;
    else this.#timer = setTimeout(() => void this.#load(predictionId), PAUSE_MS);
  }

  retry(): void {
    if (this.#wanted === null || this.busy) return;
    this.#forget();
    void this.#load(this.#wanted);
  }

  toggle(index: number): void {
    const without = this.kept.filter((one) => one !== index);
    this.kept = without.length < this.kept.length ? without : [...without, index];
  }

  clear(): void {
    this.kept = [];
  }

  async #load(predictionId: number): Promise<void> {
    this.busy = true;
    try {
      const view = await this.#session.client.call('inspect.tokens', { slot: this.#slot, predictionId });
      this.#known.set(predictionId, view);
      for (const oldest of this.#known.keys()) {
        if (this.#known.size <= KEPT) break;
        this.#known.delete(oldest);
      }
      if (predictionId === this.#wanted) this.view = view;
    } catch (thrown) {
      if (predictionId === this.#wanted) this.problem = FoveaError.from(thrown);
    }
    if (predictionId === this.#wanted) this.busy = false;
  }

  async #stop(): Promise<void> {
    this.busy = false;
    await this.#session.client
      .call('inspect.cancel', { slot: this.#slot, kind: 'tokens' })
      .catch(() => undefined);
  }

  #forget(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.view = null;
    this.problem = null;
    this.pointed = null;
    this.kept = [];
  }
}

export const [getTokenLab, setTokenLab] = createContext<TokenLab>();
