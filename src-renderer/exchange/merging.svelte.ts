/** Bringing in another project's decisions: first what would come of it, then the thing itself. */
import { createContext } from 'svelte';
import type { MergeReport } from '../../src-shared/contract/procedures.ts';
import type { Session } from '../shell/session.svelte.ts';
import { Exchange } from '../shell/exchange.svelte.ts';

export class Merging {
  readonly #session: Session;
  readonly #reload: () => Promise<unknown>;
  readonly exchange: Exchange<MergeReport>;
  /** Folder of the other project. */
  path = $state('');
  /** The folder that the report is about. */
  #looked = $state('');

  /** @param reload shows the list and the sample at hand again */
  constructor(session: Session, slot: string, reload: () => Promise<unknown>) {
    this.#session = session;
    this.#reload = reload;
    this.exchange = new Exchange(session, slot);
  }

  readonly ready = $derived.by(() => this.path.trim() !== '' && !this.exchange.working);
  /** It was looked at, and something would come of it. */
  readonly offered = $derived.by(() => {
    const { report } = this.exchange;
    if (!this.ready || !report?.dryRun || this.#looked !== this.path) return false;
    const { added, decisions, notes, flags, tags, verdicts } = report;
    return added + decisions + notes + flags + tags + verdicts > 0;
  });

  look(): Promise<void> {
    return this.#run(true);
  }

  async bring(): Promise<void> {
    await this.#run(false);
    this.#session.refreshSoon();
    await this.#reload();
  }

  async #run(dryRun: boolean): Promise<void> {
    if (!this.ready) return;
    const fromPath = this.path;
    await this.exchange.run((slot) => this.#session.client.call('import.merge', { fromPath, dryRun, slot }));
    this.#looked = fromPath;
  }
}

export const [getMerging, setMerging] = createContext<Merging>();
