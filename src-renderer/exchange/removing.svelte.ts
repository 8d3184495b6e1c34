/** Samples that are to be removed: which, what that would take away, and how far it is. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import {
  type ImportNote,
  type RemovalCounts,
  type RemovalReport,
  type RemovalWish,
} from '../../src-shared/contract/procedures.ts';
import { scopeOf } from '../queue/selection.ts';
import { Exchange } from '../shell/exchange.svelte.ts';
import type { Choosing } from '../queue/choosing.svelte.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Queue } from '../queue/queue.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import { samplesWords } from '../ui/words.ts';

export class Removing {
  readonly #session: Session;
  readonly #queue: Queue;
  readonly #choosing: Choosing;
  readonly #notices: Notices;
  readonly exchange: Exchange<RemovalReport>;
  /** What is asked about. */
  wish = $state.raw<RemovalWish | null>(null);
  /** What would go; null while it is counted. */
  counts = $state.raw<RemovalCounts | null>(null);
  error = $state.raw<FoveaError | null>(null);
  imports = $state.raw<readonly ImportNote[] | null>(null);
  importsError = $state.raw<FoveaError | null>(null);
  /** Opens the dialog that asks. */
  onshow: () => void = () => undefined;

  constructor(session: Session, queue: Queue, choosing: Choosing, notices: Notices, slot: string) {
    this.#session = session;
    this.#queue = queue;
    this.#choosing = choosing;
    this.#notices = notices;
    this.exchange = new Exchange(session, slot);
  }

  async loadImports(): Promise<void> {
    try {
      this.imports = await this.#session.client.call('imports.list', {});
      this.importsError = null;
    } catch (thrown) {
      this.importsError = FoveaError.from(thrown);
    }
  }

  /** Asks about removing the samples of an import. */
  askImport(id: number): void {
    this.#ask({ of: 'import', id });
  }

  /** Asks about removing the chosen samples. */
  async askChosen(): Promise<void> {
    await this.#choosing.settled;
    if (this.#choosing.chosen === 0) {
      this.#notices.info('No samples are selected', 'Select samples by a click, Shift or Ctrl+A');
      return;
    }
    this.#ask({ of: 'samples', ...scopeOf(this.#choosing.selection, this.#queue.filter) });
  }

  /** Removes what was asked about. @returns whether it is done */
  async remove(): Promise<boolean> {
    const { wish } = this;
    if (!wish) return false;
    const report = await this.exchange.run((slot) =>
      this.#session.client.call('removal.start', { wish, slot }),
    );
    this.#choosing.none();
    await Promise.all([this.#queue.reload(), this.loadImports()]);
    if (!report) return false;
    this.#notices.info(
      `${samplesWords(report.samples)} removed`,
      report.copy === null
        ? 'None was decided; import their file again to get them back'
        : `A copy from before is in ${report.copy}; fovea restore brings it back`,
    );
    return true;
  }

  #ask(wish: RemovalWish): void {
    if (this.#session.refusesWriting()) return;
    this.wish = wish;
    this.counts = this.error = null;
    this.exchange.clear();
    void this.#count(wish);
    this.onshow();
  }

  async #count(wish: RemovalWish): Promise<void> {
    try {
      const counts = await this.#session.client.call('removal.count', wish);
      if (this.wish === wish) this.counts = counts;
    } catch (thrown) {
      if (this.wish === wish) this.error = FoveaError.from(thrown);
    }
  }
}

export const [getRemoving, setRemoving] = createContext<Removing>();
