/** Flags by key and button: on the sample at hand, or on all that are chosen in the gallery, with a way back. */
import type { Flag } from '../../src-shared/contract/domain.ts';
import { FLAG_WORDS } from '../logic/filters.ts';
import { turnsOn } from '../logic/marks.ts';
import { isChosen, type Selection } from '../logic/selection.ts';
import { formatCount } from '../logic/words.ts';
import type { Notices } from './notices.svelte.ts';
import type { Queue } from './queue.svelte.ts';
import type { Session } from './session.svelte.ts';

/** Samples per call, as the contract allows. */
const AT_ONCE = 10_000;

export class Flagging {
  readonly #session: Session;
  readonly #queue: Queue;
  readonly #notices: Notices;

  constructor(session: Session, queue: Queue, notices: Notices) {
    this.#session = session;
    this.#queue = queue;
    this.#notices = notices;
    session.client.on('flags.changed', ({ sampleIds, flag, on }) => queue.setFlag(sampleIds, flag, on));
  }

  /** On the sample at hand: shown at once. */
  async toggle(flag: Flag): Promise<void> {
    const row = this.#queue.currentRow();
    if (!row) return;
    const on = turnsOn([row], flag);
    this.#queue.setFlag([row.id], flag, on);
    try {
      await this.#set([row.id], flag, on);
    } catch (thrown) {
      this.#queue.setFlag([row.id], flag, !on);
      this.#notices.error(thrown);
    }
  }

  /** On everything that is chosen; the flag goes only where all that are on screen have it. */
  async toggleAll(flag: Flag, selection: Selection): Promise<void> {
    const on = turnsOn(
      this.#queue.loaded().filter(({ id }) => isChosen(selection, id)),
      flag,
    );
    try {
      const changed = await this.#set(await this.#idsOf(selection), flag, on);
      const samples = `${formatCount(changed.length)} ${changed.length === 1 ? 'sample' : 'samples'}`;
      const words = on ? `Flagged ${samples}` : `Took the flag off ${samples}`;
      const back = (): void => {
        this.#set(changed, flag, !on).catch((thrown: unknown) => this.#notices.error(thrown));
      };
      this.#notices.offer(`${words}: ${FLAG_WORDS[flag]}`, { words: 'Undo', run: back });
    } catch (thrown) {
      this.#notices.error(thrown);
    }
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

  /** All ids are asked for before the first flag changes: under a filter by flag the list changes with it. */
  async #idsOf(selection: Selection): Promise<number[]> {
    if (!selection.all) return [...selection.ids];
    const { filter, sort } = this.#queue;
    const ids: number[] = [];
    for (let offset = 0; ; offset += AT_ONCE) {
      const page = await this.#session.client.call('samples.ids', { filter, sort, offset, limit: AT_ONCE });
      ids.push(...page.filter((id) => isChosen(selection, id)));
      if (page.length < AT_ONCE) return ids;
    }
  }
}
