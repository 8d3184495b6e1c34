/** Whether the pictures of the project are there and the ones that were labelled, and what a person does about it. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { NO_FILTER, type PictureState, type RelinkPlan } from '../../src-shared/contract/procedures.ts';
import { keptWords } from './picture-care.ts';
import type { Desk } from '../deciding/desk.svelte.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

/** Decided samples, too: what was decided is of another picture. */
const CHANGED = { filter: { ...NO_FILTER, pictures: 'changed' as const }, ids: null, except: [] };

export class PictureCare {
  readonly #session: Session;
  readonly #desk: Desk;
  readonly #notices: Notices;
  state = $state.raw<PictureState | null>(null);
  /** Something is under way that a person asked for. */
  working = $state(false);
  /** What stands in the fields of the dialog. */
  from = $state('');
  to = $state('');
  plan = $state.raw<RelinkPlan | null>(null);
  error = $state.raw<FoveaError | null>(null);
  /** What somebody does not want to hear of any more in this window. */
  #hidden = $state.raw<readonly string[]>([]);

  constructor(session: Session, desk: Desk, notices: Notices) {
    this.#session = session;
    this.#desk = desk;
    this.#notices = notices;
    session.client.on('pictures.changed', (state) => (this.state = state));
  }

  /** Folders with missing pictures. */
  readonly missing = $derived(this.state?.roots.filter(({ missing }) => missing > 0) ?? []);
  /**
   * What is to be said: folders that are missing first, changed pictures once they are there or not to be heard of. Both
   * at once would lie over the decision bar.
   */
  readonly said = $derived(
    (['missing', 'changed'] as const).find((what) => {
      const any = what === 'missing' ? this.missing.length > 0 : (this.state?.changed ?? 0) > 0;
      return any && !this.#hidden.includes(this.#keyOf(what));
    }) ?? null,
  );

  /** Something else that is missing or changed is said again. */
  #keyOf(what: 'missing' | 'changed'): string {
    const which = what === 'missing' ? this.missing : this.state?.changed;
    return JSON.stringify([this.#session.project?.path, what, which]);
  }

  /** What cannot be had is said by nobody: pictures are only not watched. */
  async load(): Promise<void> {
    this.state = await this.#session.client.call('pictures.state', {}).catch(() => null);
  }

  /** What is said now is not said again in this window. */
  hide(): void {
    if (this.said) this.#hidden = [...this.#hidden, this.#keyOf(this.said)];
  }

  /** Begins to relink a folder. */
  begin(from: string, to = ''): void {
    this.from = from;
    this.to = to;
    this.forgetPlan();
  }

  /** The fields say something else than what was looked for. */
  forgetPlan(): void {
    this.plan = this.error = null;
  }

  /** Looks what would be found; changes nothing. */
  async look(): Promise<void> {
    this.forgetPlan();
    const { from, to } = this;
    const plan = await this.#do(() => this.#session.client.call('pictures.relinkPlan', { from, to }));
    if (from === this.from && to === this.to) this.plan = plan;
  }

  /** @returns whether it was done */
  async relink(): Promise<boolean> {
    const { from, to } = this;
    const plan = await this.#do(() => this.#session.client.call('pictures.relink', { from, to }));
    if (!plan) return false;
    this.#notices.info('Relinked; samples, labels and decisions are unchanged', to);
    this.#desk.reload();
    await this.load();
    return true;
  }

  /** Label and decision hold for the pictures that are there now. */
  async keep(sampleIds: readonly number[]): Promise<void> {
    const reviewer = this.#session.reviewer;
    const done = await this.#do(() =>
      this.#session.client.call('pictures.keep', { sampleIds: [...sampleIds], reviewer }),
    );
    if (!done) return this.#notices.error(this.error);
    this.#notices.info(keptWords(done));
    this.#desk.reload();
  }

  /** Labels samples of changed pictures under the active run; what was decided stays until somebody decides anew. */
  async labelAgain(): Promise<void> {
    const runId = this.#session.project?.activeRunId;
    if (!runId) return this.#session.label();
    const job = await this.#do(() => this.#session.client.call('jobs.labelAnew', { runId, scope: CHANGED }));
    if (!job) this.#notices.error(this.error);
  }

  async #do<T>(call: () => Promise<T>): Promise<T | null> {
    this.working = true;
    this.error = null;
    try {
      return await call();
    } catch (thrown) {
      this.error = FoveaError.from(thrown);
      return null;
    } finally {
      this.working = false;
    }
  }
}

export const [getPictureCare, setPictureCare] = createContext<PictureCare>();
