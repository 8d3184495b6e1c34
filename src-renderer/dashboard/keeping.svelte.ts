/** What is kept of the project beside its database; says aloud when something cannot be kept. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Keeping as State } from '../../src-shared/contract/procedures.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

export class Keeping {
  readonly #session: Session;
  readonly #notices: Notices;
  state = $state.raw<State | null>(null);
  problem = $state.raw<FoveaError | null>(null);

  constructor(session: Session, notices: Notices) {
    this.#session = session;
    this.#notices = notices;
    session.client.on('project.keeping', (state) => this.#take(state));
  }

  async load(): Promise<void> {
    try {
      this.#take(await this.#session.client.call('project.keeping', {}));
      this.problem = null;
    } catch (thrown) {
      this.problem = FoveaError.from(thrown);
    }
  }

  #take(state: State): void {
    const before = this.state?.folder === state.folder ? this.state : null;
    this.state = state;
    if (state.leftOut && state.leftOut !== before?.leftOut) {
      const next = 'Free some space; Fovea tries again within an hour';
      this.#notices.error(
        new FoveaError('no_space', `No copy of the project was made: ${state.leftOut}`, { next }),
      );
    }
    if (state.logAside && state.logAside !== before?.logAside) {
      const words =
        'The log of another database lay beside this one and would have damaged it, so it was set aside';
      const next = `Its decisions are in ${state.journal}; fovea doctor --repair PROJECT restores them`;
      this.#notices.error(new FoveaError('bad_project', words, { where: state.logAside, next }));
    }
    if (state.journalProblem && state.journalProblem !== before?.journalProblem) {
      const words = `Decisions are saved, but the journal beside the project cannot be written: ${state.journalProblem}`;
      this.#notices.error(
        new FoveaError('io', words, { where: state.journal, next: 'Check the disk and the folder' }),
      );
    }
  }
}

export const [getKeeping, setKeeping] = createContext<Keeping>();
