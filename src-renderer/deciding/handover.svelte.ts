/**
 * Decisions that could not be saved outlast the page, the connection and a look at another project: they wait in the
 * browser's storage, and can be handed over as a file. What comes back is saved on the revision it was made on, so that a
 * newer decision asks first, and never twice.
 */
import { counted } from '../ui/words.ts';
import type { Decision } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { fromLines, toLines, withoutSaved, type Pending } from './unsaved.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Saving } from './saving.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import { UnsavedDecisions } from './unsaved-decisions.dom.ts';

export class Handover {
  readonly #session: Session;
  readonly #saving: Saving;
  readonly #notices: Notices;
  readonly #onTaken: (sampleId: number, decision: Decision) => void;
  readonly #unsaved = new UnsavedDecisions();
  #project: { readonly id: string; readonly path: string } | null = null;
  /** Whether what is not saved is in the browser's storage, too. */
  #kept = true;

  /** @param onTaken hears what holds of a sample now */
  constructor(
    session: Session,
    saving: Saving,
    notices: Notices,
    onTaken: (sampleId: number, decision: Decision) => void,
  ) {
    this.#session = session;
    this.#saving = saving;
    this.#notices = notices;
    this.#onTaken = onTaken;
  }

  /** What is not saved changed. */
  changed(): void {
    const project = this.#project;
    if (project) this.#kept = this.#unsaved.keep(project.id, project.path, this.#saving.pending());
  }

  /** Another project, or none: what is not saved stays with the one that is left, and what waits for this one comes. */
  enter(id: string | null, path: string): void {
    const left = this.#project;
    this.#project = null;
    const lost = this.#saving.abandon();
    if (left && lost > 0) {
      const words = `${decisions(lost)} on ${left.path} ${lost === 1 ? 'is' : 'are'} not saved yet`;
      const next = this.#kept
        ? 'Kept in this browser; open that project again to save them'
        : 'This browser could not keep them; open that project and decide again';
      this.#notices.error(new FoveaError('io', words, { next }));
    }
    if (id === null) return;
    this.#unsaved.begin();
    this.#project = { id, path };
    void this.#adopt(id);
  }

  /** What is not saved, as lines of a file for another page; null when everything is. */
  toFile(): string | null {
    const pending = this.#saving.pending();
    if (!this.#project || pending.length === 0) return null;
    return toLines(this.#project.id, this.#session.reviewer, pending);
  }

  /** Takes such a file and says what became of it. */
  async fromFile(text: string): Promise<void> {
    if (!this.#project) return void this.#notices.info('Open the project of these decisions first');
    const pending = fromLines(text, this.#project.id);
    if (typeof pending === 'string') {
      this.#notices.error(new FoveaError('bad_input', pending, { next: 'Nothing was imported' }));
      return;
    }
    const taken = await this.#take(pending);
    if (taken === null) return;
    this.#notices.info(
      taken === 0 ? 'All of these decisions are already saved' : `${decisions(taken)} imported`,
      taken === 0 ? null : 'The page asks first where somebody has decided since',
    );
  }

  /** Takes what pages that are gone could not save. What was decided on a copy elsewhere is asked about first. */
  async #adopt(project: string, copies = false): Promise<void> {
    let taken = 0;
    let elsewhere: { readonly path: string; readonly count: number } | null = null;
    await this.#unsaved.adopt(project, async ({ path, pending }) => {
      if (!copies && path !== this.#project?.path) {
        const count = pending.reduce((sum, { drafts }) => sum + drafts.length, 0);
        elsewhere = { path, count: count + (elsewhere?.count ?? 0) };
        return false;
      }
      const now = await this.#take(pending);
      taken += now ?? 0;
      return now !== null;
    });
    if (elsewhere) this.#askAboutCopy(project, elsewhere);
    if (taken > 0) this.#notices.info(`${decisions(taken)} saved that an earlier page could not save`);
  }

  #askAboutCopy(project: string, { path, count }: { readonly path: string; readonly count: number }): void {
    const words = `${decisions(count)} on ${path} wait in this browser; this project is a copy of it, or was moved`;
    const run = (): void => void (this.#project?.id === project && this.#adopt(project, true));
    this.#notices.error(new FoveaError('io', words, { next: 'Open it there to save them there' }), {
      words: 'Save them here',
      run,
    });
  }

  /** @returns how many were not saved already; null when the project was left meanwhile: then they wait on */
  async #take(pending: readonly Pending[]): Promise<number | null> {
    const project = this.#project;
    const rest: Pending[] = [];
    for (const one of pending) {
      const history = await this.#session.client
        .call('reviews.history', { sampleId: one.sampleId })
        .catch(() => []);
      rest.push(withoutSaved(one, history));
    }
    if (this.#project !== project) return null;
    let taken = 0;
    for (const one of rest) {
      const last = one.drafts.at(-1);
      if (!last) continue;
      this.#saving.restore(one);
      this.#onTaken(one.sampleId, last.decision);
      taken += one.drafts.length;
    }
    return taken;
  }
}

function decisions(count: number): string {
  return counted(count, 'decision');
}
