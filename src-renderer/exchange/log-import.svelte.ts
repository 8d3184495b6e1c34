/** The answers of an outside model that a person brings in: the paths asked for, and how the import ended. */
import { createContext } from 'svelte';
import type { LogReport } from '../../src-shared/contract/procedures.ts';
import type { Session } from '../shell/session.svelte.ts';
import { Exchange } from '../shell/exchange.svelte.ts';

export class LogImport {
  readonly #session: Session;
  readonly #reload: () => Promise<unknown>;
  readonly exchange: Exchange<LogReport>;
  logFile = $state('');
  /** The imported file that the log is of; empty: the one that fits. */
  questionsFile = $state('');

  /** @param reload shows the sample at hand again */
  constructor(session: Session, slot: string, reload: () => Promise<unknown>) {
    this.#session = session;
    this.#reload = reload;
    this.exchange = new Exchange(session, slot);
  }

  readonly ready = $derived.by(() => this.logFile.trim() !== '' && !this.exchange.working);

  async start(): Promise<void> {
    if (!this.ready) return;
    const questionsFile = this.questionsFile.trim() || null;
    const { logFile } = this;
    const report = await this.exchange.run((slot) =>
      this.#session.client.call('import.log', { logFile, questionsFile, slot }),
    );
    if (report) await this.#reload();
  }
}

export const [getLogImport, setLogImport] = createContext<LogImport>();
