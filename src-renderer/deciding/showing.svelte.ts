/** Which sample is on screen and everything that is shown of it; the next ones are fetched ahead. */
import type { Review } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { stepsAhead } from '../canvas/ahead.ts';
import type { Size } from '../canvas/viewport.ts';
import { Bundles, type Bundle } from '../canvas/bundles.svelte.ts';
import type { Queue } from '../queue/queue.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import { afterFrame } from '../shell/timings.dom.ts';

export class Showing {
  readonly #queue: Queue;
  readonly #bundles: Bundles;
  readonly #onShown: (bundle: Bundle | null) => void;
  readonly #onMissing: (id: number) => void;
  /** Grows with every sample that is asked for: what was asked for before is older than what comes for the last one. */
  #asked = 0;
  #shownId: number | null = null;

  bundle = $state.raw<Bundle | null>(null);
  /** What is on screen holds no more; it stays until what holds has come, so that nothing under the hands goes away. */
  stale = $state(false);
  problem = $state.raw<FoveaError | null>(null);

  /**
   * @param scaleOf pixels for each source pixel that a pane draws all of a picture with
   * @param onShown hears of every change of what is on screen: another sample, the same loaded anew, nothing
   * @param onMissing hears when the project does not have the sample that should be on screen
   */
  constructor(
    session: Session,
    queue: Queue,
    scaleOf: (picture: Size) => number,
    onShown: (bundle: Bundle | null) => void,
    onMissing: (id: number) => void,
  ) {
    this.#queue = queue;
    this.#bundles = new Bundles(session.client, scaleOf);
    this.#onShown = onShown;
    this.#onMissing = onMissing;
  }

  /** The sample that is or should be on screen. */
  get id(): number | null {
    return this.#shownId;
  }

  /** Shows a sample: at once when it is already here. */
  show(id: number | null): void {
    if (id === this.#shownId) return;
    this.#shownId = id;
    this.problem = null;
    this.#set(id === null ? null : (this.#bundles.peek(id) ?? null));
    if (id === null) return;
    if (!this.bundle) void this.#load(id);
    this.#prefetchSoon();
  }

  /** Forgets what is known of the sample on screen and asks again; until then that stays on screen, as stale. */
  reload(): void {
    const id = this.#shownId;
    if (id === null) return;
    this.#bundles.forget(id);
    this.problem = null;
    this.stale = true;
    void this.#load(id);
  }

  /** Nothing that was loaded holds any more. */
  clear(): void {
    this.#bundles.clear();
    this.#shownId = null;
    this.#set(null);
  }

  /** What is known of a sample without asking. */
  peek(id: number): Bundle | undefined {
    return this.#bundles.peek(id);
  }

  forget(id: number): void {
    this.#bundles.forget(id);
  }

  /** Samples that are not on screen may have changed. */
  forgetOthers(): void {
    this.#bundles.forgetOthers(this.#shownId);
  }

  /** Adds a revision to what is known, without asking. */
  revised(id: number, review: Review): void {
    this.#bundles.revised(id, review);
    if (id === this.#shownId) this.bundle = this.#bundles.peek(id) ?? this.bundle;
  }

  /** Hands every sample that arrives to `listen`; gives the function that stops it. */
  onFetched(listen: (bundle: Bundle) => void): () => void {
    this.#bundles.onFetched = listen;
    return () => void (this.#bundles.onFetched = null);
  }

  async #load(id: number): Promise<void> {
    const asked = ++this.#asked;
    try {
      const bundle = await this.#bundles.get(id);
      if (id !== this.#shownId || asked !== this.#asked) return;
      this.#set(bundle);
      this.#prefetchSoon();
    } catch (thrown) {
      if (id !== this.#shownId || asked !== this.#asked) return;
      this.problem = FoveaError.from(thrown);
      this.#set(null);
      if (this.problem.code === 'not_found') this.#onMissing(id);
    }
  }

  #set(bundle: Bundle | null): void {
    this.stale = false;
    const before = this.bundle?.picture;
    if (before !== bundle?.picture) before?.release();
    this.bundle = bundle;
    this.#onShown(bundle);
  }

  /** What is on screen is drawn first; then as soon as nothing else is to do, but soon all the same. */
  #prefetchSoon(): void {
    afterFrame(() => requestIdleCallback(() => this.#prefetch(), { timeout: 100 }));
  }

  #prefetch(): void {
    const here = this.#queue.currentIndex;
    const rows = stepsAhead(this.#bundles.ahead).map((step) => this.#queue.row(here + step));
    this.#bundles.prefetch(rows.filter((row) => row !== undefined).map((row) => row.id));
  }
}
