/**
 * Marks of samples, flags or tags, shown at once and saved like a decision however long that takes: what both have in common around
 * their keeper.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { later } from '../shell/later.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import { counted } from '../ui/words.ts';
import { type Flagged, FlagKeeper } from './flag-keeper.ts';

/** Samples per call, as the contract allows. */
const AT_ONCE = 10_000;

/** What marks of one kind are, and how they are set. */
export interface MarkKind<F extends string> {
  /** One of them, for people. */
  readonly name: string;
  /** What to do where some could not be saved. */
  readonly next: string;
  /** Shows samples with the mark, or without it. */
  readonly show: (ids: readonly number[], mark: F, on: boolean) => void;
  /** One call of at most 10,000 samples. @returns those that it changed */
  readonly send: (ids: readonly number[], mark: F, on: boolean) => Promise<readonly number[]>;
}

export class KeptMarks<F extends string> {
  readonly #kind: MarkKind<F>;
  readonly #notices: Notices;
  readonly #keeper: FlagKeeper<F>;
  #project = '';
  /** Marks that are not saved yet, and why not; null while nothing went wrong. */
  saving = $state.raw<{ readonly waiting: number; readonly error: FoveaError | null }>({
    waiting: 0,
    error: null,
  });

  constructor(session: Session, notices: Notices, kind: MarkKind<F>) {
    this.#kind = kind;
    this.#notices = notices;
    this.#keeper = new FlagKeeper<F>({
      set: ({ sampleId, flag, on }) => this.send([sampleId], flag, on),
      asError: (thrown) => FoveaError.from(thrown),
      later,
      // A list that was read just before shows the sample as it was.
      onSaved: ({ sampleId, flag, on }) => kind.show([sampleId], flag, on),
      onRefused: ({ sampleId, flag, on }, error) => {
        kind.show([sampleId], flag, !on);
        notices.error(error);
      },
      onChange: () => {
        const { waiting, error } = this.#keeper;
        this.saving = { waiting, error };
      },
    });
    session.client.onConnection((open) => open && this.retry());
  }

  /** Marks the sample at hand, or takes the mark away. */
  set(marked: Flagged<F>): void {
    this.#kind.show([marked.sampleId], marked.flag, marked.on);
    this.#keeper.set(marked);
  }

  /** What is heard from elsewhere holds, but where something newer waits here. */
  hear(sampleIds: readonly number[], flag: F, on: boolean): void {
    const heard = sampleIds.filter((sampleId) => !this.#keeper.isWaiting({ sampleId, flag }));
    this.#kind.show(heard, flag, on);
  }

  /** Sets it on any number of samples, now. @returns the samples that this changed */
  async send(sampleIds: readonly number[], flag: F, on: boolean): Promise<number[]> {
    const changed: number[] = [];
    for (let at = 0; at < sampleIds.length; at += AT_ONCE)
      changed.push(...(await this.#kind.send(sampleIds.slice(at, at + AT_ONCE), flag, on)));
    return changed;
  }

  /** Tries to save what is not saved, now. */
  retry(): void {
    this.#keeper.retry();
  }

  /** Another project: marks of the one before cannot be saved any more. @returns whether it is another one */
  useProject(path: string): boolean {
    if (path === this.#project) return false;
    const before = this.#project;
    this.#project = path;
    const lost = this.#keeper.abandon();
    if (lost > 0) {
      const words = `${counted(lost, this.#kind.name)} in ${before} not saved before it was closed`;
      this.#notices.error(new FoveaError('io', words, { next: this.#kind.next }));
    }
    return true;
  }
}
