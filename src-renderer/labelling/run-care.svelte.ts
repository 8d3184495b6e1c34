/** A run that is given a name, or is to be removed: which, what that would take away, and how far it is. */
import { createContext } from 'svelte';
import type { Run } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { RunRemoval } from '../../src-shared/contract/procedures.ts';
import { Exchange } from '../shell/exchange.svelte.ts';
import { removalWords } from './runs.ts';
import type { Labelling } from './labelling.svelte.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

export class RunCare {
  readonly #session: Session;
  readonly #labelling: Labelling;
  readonly #notices: Notices;
  readonly exchange: Exchange<RunRemoval>;
  /** What a dialog is about. */
  run = $state.raw<Run | null>(null);
  /** What would go; null while it is counted. */
  counts = $state.raw<RunRemoval | null>(null);
  error = $state.raw<FoveaError | null>(null);
  /** Open the dialogs. */
  onname: () => void = () => undefined;
  onremoval: () => void = () => undefined;

  constructor(session: Session, labelling: Labelling, notices: Notices) {
    this.#session = session;
    this.#labelling = labelling;
    this.#notices = notices;
    this.exchange = new Exchange(session, `${session.slot}-run-removal`);
  }

  /** The run that labelling goes on with; null where none is. */
  get active(): Run | null {
    const { project } = this.#session;
    return project?.runs.find(({ id }) => id === project.activeRunId) ?? null;
  }

  /** Asks for a run's name. */
  askName(run: Run | null = this.active): void {
    if (this.#begin(run)) this.onname();
  }

  /** Gives the run that was asked about a name; an empty one takes it away. @returns whether it has it now */
  async rename(words: string): Promise<boolean> {
    const { run } = this;
    if (!run) return false;
    try {
      const name = words.trim() || null;
      await this.#session.client.call('runs.rename', { runId: run.id, name });
      await this.#again();
      return true;
    } catch (thrown) {
      this.error = FoveaError.from(thrown);
      return false;
    }
  }

  /** Asks about removing a run. */
  askRemoval(run: Run | null = this.active): void {
    if (!this.#begin(run) || !run) return;
    this.exchange.clear();
    this.onremoval();
    void this.#count(run);
  }

  /** Removes what was asked about. @returns whether it is done */
  async remove(): Promise<boolean> {
    const { run } = this;
    if (!run) return false;
    const report = await this.exchange.run((slot) =>
      this.#session.client.call('runs.remove', { runId: run.id, slot }),
    );
    await this.#again();
    if (!report) return false;
    const { stays, then } = removalWords(report);
    const words = stays === null ? `Run ${run.id} is removed` : `Run ${run.id} is removed but for ${stays}`;
    this.#notices.info(words, then ?? undefined);
    return true;
  }

  #begin(run: Run | null): boolean {
    if (this.#session.refusesWriting()) return false;
    if (!run) {
      this.#notices.info('No run labels this project', 'Label some samples first');
      return false;
    }
    this.run = run;
    this.counts = this.error = null;
    return true;
  }

  async #count(run: Run): Promise<void> {
    try {
      const counts = await this.#session.client.call('runs.removal', { runId: run.id });
      if (this.run === run) this.counts = counts;
    } catch (thrown) {
      if (this.run === run) this.error = FoveaError.from(thrown);
    }
  }

  async #again(): Promise<void> {
    this.#session.refreshSoon();
    await this.#labelling.loadRuns();
  }
}

export const [getRunCare, setRunCare] = createContext<RunCare>();
