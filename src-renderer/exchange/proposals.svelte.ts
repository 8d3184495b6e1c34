/** Boxes that others proposed, brought in from a file: its path, the import under way and how it ended. */
import { createContext } from 'svelte';
import type { ProposalsReport } from '../../src-shared/contract/procedures.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import { Exchange } from '../shell/exchange.svelte.ts';

export class Proposals {
  readonly #session: Session;
  readonly #notices: Notices;
  readonly exchange: Exchange<ProposalsReport>;
  /** The path in the dialog, kept while it is closed. */
  file = $state('');
  /** The file that the report is about. */
  readFile = $state('');
  /** The dialog is open: what happens is seen there. */
  seen = false;
  /** Opens the dialog. */
  onshow: () => void = () => undefined;

  constructor(session: Session, notices: Notices, slot: string) {
    this.#session = session;
    this.#notices = notices;
    this.exchange = new Exchange(session, slot);
  }

  readonly ready = $derived.by(() => this.file.trim() !== '' && !this.exchange.working);

  async start(): Promise<void> {
    if (!this.ready) return;
    const { file } = this;
    this.readFile = file;
    const report = await this.exchange.run((slot) =>
      this.#session.client.call('proposals.import', { file, slot }),
    );
    if (this.seen) return;
    if (report) this.#notices.offer('Proposed boxes were imported', { words: 'Show', run: this.onshow });
    else this.#notices.error(this.exchange.error);
  }

  /** Call it when the dialog closes: what was read there is not shown again. */
  closed(): void {
    this.seen = false;
    this.exchange.clear();
  }
}

export const [getProposals, setProposals] = createContext<Proposals>();
