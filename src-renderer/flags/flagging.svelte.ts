/**
 * Flags by key and button: on the sample at hand, saved like a decision however long that takes, or on all that are chosen
 * in the gallery, with a way back.
 */
import { createContext } from 'svelte';
import type { Flag, SampleRow } from '../../src-shared/contract/domain.ts';
import { KeptMarks } from './kept-marks.svelte.ts';
import { FLAG_WORDS } from '../queue/filters.ts';
import { turnsOn, withFlag } from '../queue/marks.ts';
import { idsOf, isChosen, type Selection } from '../queue/selection.ts';
import { counted } from '../ui/words.ts';
import type { Notices, Offered } from '../shell/notices.svelte.ts';
import type { Queue } from '../queue/queue.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

export class Flagging {
  readonly #session: Session;
  readonly #queue: Queue;
  readonly #notices: Notices;
  readonly #kept: KeptMarks<Flag>;
  /** Flags set on many at once that can be taken back: on which samples they still are as they were set. */
  #offers: {
    readonly flag: Flag;
    readonly on: boolean;
    readonly left: Set<number>;
    readonly told: Offered;
  }[] = [];

  constructor(session: Session, queue: Queue, notices: Notices) {
    this.#session = session;
    this.#queue = queue;
    this.#notices = notices;
    this.#kept = new KeptMarks(session, notices, {
      name: 'flag',
      next: 'Open it again and set them again',
      show: (ids, flag, on) => this.#show(ids, flag, on),
      send: async (sampleIds, flag, on) => {
        const input = { sampleIds: [...sampleIds], flag, on, reviewer: session.reviewer };
        return (await session.client.call('flags.set', input)).changed;
      },
    });
    session.client.on('flags.changed', ({ sampleIds, flag, on }) => {
      this.#changed(sampleIds, flag, on);
      this.#kept.hear(sampleIds, flag, on);
    });
  }

  /** Flags that are not saved yet, and why not; null while nothing went wrong. */
  get saving(): KeptMarks<Flag>['saving'] {
    return this.#kept.saving;
  }

  /** Tries to save what is not saved, now. */
  retry(): void {
    this.#kept.retry();
  }

  /** Another project: flags of the one before cannot be saved any more. */
  useProject(path: string): void {
    this.#kept.useProject(path);
  }

  /** On the sample at hand: shown at once. */
  toggle(flag: Flag): void {
    const row = this.#queue.currentRow();
    if (!row || this.#session.refusesWriting()) return;
    const on = turnsOn([row], flag);
    this.#kept.set({ sampleId: row.id, flag, on });
  }

  /** On everything that is chosen; the flag goes only where all that are on screen have it. */
  async toggleAll(flag: Flag, selection: Selection): Promise<void> {
    if (this.#session.refusesWriting()) return;
    const on = turnsOn(
      this.#queue.loaded().filter(({ id }) => isChosen(selection, id)),
      flag,
    );
    try {
      const changed = await this.#kept.send(
        await idsOf(this.#session.client, selection, this.#queue),
        flag,
        on,
      );
      const samples = counted(changed.length, 'sample');
      const words = on ? `Flagged ${samples}` : `Removed the flag from ${samples}`;
      // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping, nothing on screen depends on it
      const left = new Set(changed);
      const back = (): void => {
        this.#kept.send([...left], flag, !on).catch((thrown: unknown) => this.#notices.error(thrown));
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
}

export const [getFlagging, setFlagging] = createContext<Flagging>();
