/** The versions of the RPN that the project has, and which of them labelling uses. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { RpnVersions } from '../../src-shared/contract/procedures.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import { samplesWords } from '../ui/words.ts';

export class Versions {
  readonly #session: Session;
  readonly #notices: Notices;
  #asked = 0;
  #path: string | undefined;
  /** Null before the first answer. */
  listing = $state.raw<RpnVersions | null>(null);
  problem = $state.raw<FoveaError | null>(null);
  busy = $state(false);

  /** The one that labelling uses; null: what the model brings itself. */
  readonly active = $derived(this.listing?.versions.find(({ id }) => id === this.listing?.inUse) ?? null);

  constructor(session: Session, notices: Notices) {
    this.#session = session;
    this.#notices = notices;
    const again = (): void => {
      if (this.listing) void this.load();
    };
    session.client.on('training.versions', again);
    // Another run that is shown may be another version's.
    session.client.on('job.changed', ({ state }) => state === 'done' && again());
  }

  watch(path: string | undefined): void {
    if (path !== this.#path) [this.listing, this.problem, this.#path] = [null, null, path];
    void this.load();
  }

  async load(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const listing = await this.#session.client.call('training.versions', {});
      if (asked !== this.#asked) return;
      [this.listing, this.problem] = [listing, null];
    } catch (thrown) {
      if (asked === this.#asked) this.problem = FoveaError.from(thrown);
    }
  }

  /** From now on labelling uses it; offers the way back. @param rpnId null: what the model brings itself */
  async activate(rpnId: number | null): Promise<void> {
    if (this.#session.refusesWriting()) return;
    this.busy = true;
    try {
      const { before, runId, shown } = await this.#session.client.call('training.activate', { rpnId });
      await this.load();
      const labels =
        runId === null ? '' : ` ${samplesWords(shown)} ${shown === 1 ? 'shows' : 'show'} its label now.`;
      const undo = { words: 'Undo', run: () => void this.activate(before) };
      this.#notices.offer(`Labelling uses ${this.nameOf(rpnId)} from now on.${labels}`, undo);
    } catch (thrown) {
      this.#notices.error(thrown);
    }
    this.busy = false;
  }

  /** Asks it about every sample that the shown run labelled. @param show undecided ones show what it says */
  async predict(rpnId: number, show = true): Promise<void> {
    if (this.#session.refusesWriting()) return;
    this.busy = true;
    try {
      await this.#session.client.call('jobs.predict', { rpnId, show });
      const shown = show
        ? 'undecided samples will show its regions, and labelling uses it'
        : 'samples go on showing what they show now';
      this.#notices.info(`Asking ${this.nameOf(rpnId)}; ${shown}`);
    } catch (thrown) {
      this.#notices.error(thrown);
    }
    this.busy = false;
  }

  nameOf(rpnId: number | null): string {
    if (rpnId === null) return 'the model’s own RPN';
    return this.listing?.versions.find(({ id }) => id === rpnId)?.name ?? `version ${rpnId}`;
  }
}

export const [getVersions, setVersions] = createContext<Versions>();
