/**
 * Flags by key and button: on the sample at hand, saved like a decision however long that takes, or on all that are chosen
 * in the gallery, with a way back.
 */
import { createContext } from 'svelte';
import type { Flag, SampleRow } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { FlagKeeper } from './flag-keeper.ts';
import { FLAG_WORDS } from '../queue/filters.ts';
import { turnsOn, withFlag } from '../queue/marks.ts';
import { idsOf, isChosen, type Selection } from '../queue/selection.ts';
import { counted } from '../ui/words.ts';
import { later } from '../shell/later.ts';
import type { Notices, Offered } from '../shell/notices.svelte.ts';
import type { Queue } from '../queue/queue.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

/** Samples per call, as the contract allows. */
const AT_ONCE = 10_000;

export class Flagging {
  readonly #session: Session;
  readonly #queue: Queue;
  readonly #notices: Notices;
  readonly #keeper: FlagKeeper;
  #project = '';
  /** Flags set on many at once that can be taken back: on which samples they still are as they were set. */
  #offers: {
    readonly flag: Flag;
    readonly on: boolean;
    readonly left: Set<number>;
    readonly told: Offered;
  }[] = [];
  /** Flags that are not saved yet, and why not; null while nothing went wrong. */
  saving = $state.raw<{ readonly waiting: number; readonly error: FoveaError | null }>({
    waiting: 0,
    error: null,
  });

  constructor(session: Session, queue: Queue, notices: Notices) {
    this.#session = session;
    this.#queue = queue;
    this.#notices = notices;
    this.#keeper = new FlagKeeper({
      set: ({ sampleId, flag, on }) => this.#set([sampleId], flag, on),
      asError: (thrown) => FoveaError.from(thrown),
      later,
      // A list that was read just before shows the sample as it was.
      onSaved: ({ sampleId, flag, on }) => this.#show([sampleId], flag, on),
      onRefused: ({ sampleId, flag, on }, error) => {
        this.#show([sampleId], flag, !on);
        notices.error(error);
      },
      onChange: () => {
        const { waiting, error } = this.#keeper;
        this.saving = { waiting, error };
      },
    });
    session.client.on('flags.changed', ({ sampleIds, flag, on }) => {
      this.#changed(sampleIds, flag, on);
      const heard = sampleIds.filter((sampleId) => !this.#keeper.isWaiting({ sampleId, flag }));
      this.#show(heard, flag, on);
    });
    session.client.onConnection((open) => open && this.retry());
  }

  /** Tries to save what is not saved, now. */
  retry(): void {
    this.#keeper.retry();
  }

  /** Another project: flags of the one before cannot be saved any more. */
  useProject(path: string): void {
    if (path === this.#project) return;
    const before = this.#project;
    this.#project = path;
    const lost = this.#keeper.abandon();
    if (lost === 0) return;
    const words = `${counted(lost, 'flag')} in ${before} not saved before it was closed`;
    this.#notices.error(new FoveaError('io', words, { next: 'Open it again and set them again' }));
  }

  /** On the sample at hand: shown at once. */
  toggle(flag: Flag): void {
    const row = this.#queue.currentRow();
    if (!row || this.#session.refusesWriting()) return;
    const on = turnsOn([row], flag);
    this.#show([row.id], flag, on);
    this.#keeper.set({ sampleId: row.id, flag, on });
  }

  /** On everything that is chosen; the flag goes only where all that are on screen have it. */
  async toggleAll(flag: Flag, selection: Selection): Promise<void> {
    if (this.#session.refusesWriting()) return;
    const on = turnsOn(
      this.#queue.loaded().filter(({ id }) => isChosen(selection, id)),
      flag,
    );
    try {
      const changed = await this.#set(await idsOf(this.#session.client, selection, this.#queue), flag, on);
      const samples = counted(changed.length, 'sample');
      const words = on ? `Flagged ${samples}` : `Removed the flag from ${samples}`;
      // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping, nothing on screen depends on it
      const left = new Set(changed);
      const back = (): void => {
        this.#set([...left], flag, !on).catch((thrown: unknown) => this.#notices.error(thrown));
      };
      const told = this.#notices.offer(`${words}: ${FLAG_WORDS[flag]}`, { words: 'Undo', run: back });
      this.#offers = [...this.#offers.slice(-3), { flag, on, left, told }];
    } catch (thrown) {
      this.#notices.error(thrown);
    }
  }

  /** One that is flagged elsewhere can belong to a list of that flag from now on. */
  #show(ids: readonly number[], flag: Flag, on: boolean): void {
    const change = ({ flags }: SampleRow) => ({ flags: withFlag(flags, flag, on) });
    this.#queue.mark(ids, change, on && this.#queue.filter.flags.length > 0);
  }

  /** What was set and is taken back another way is no longer offered to be taken back. */
  #changed(sampleIds: readonly number[], flag: Flag, on: boolean): void {
    for (const offer of this.#offers) {
      if (offer.flag !== flag || offer.on === on) continue;
      for (const id of sampleIds) offer.left.delete(id);
      if (offer.left.size === 0) offer.told.withdraw();
    }
    this.#offers = this.#offers.filter(({ left }) => left.size > 0);
  }

  /** @returns the samples that this changed */
  async #set(sampleIds: readonly number[], flag: Flag, on: boolean): Promise<number[]> {
    const changed: number[] = [];
    for (let at = 0; at < sampleIds.length; at += AT_ONCE) {
      const some = sampleIds.slice(at, at + AT_ONCE);
      const input = { sampleIds: some, flag, on, reviewer: this.#session.reviewer };
      changed.push(...(await this.#session.client.call('flags.set', input)).changed);
    }
    return changed;
  }
}

export const [getFlagging, setFlagging] = createContext<Flagging>();
