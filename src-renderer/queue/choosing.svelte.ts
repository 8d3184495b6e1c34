/** Which samples of the list are chosen, to be decided, flagged, labelled or removed together. */
import { createContext } from 'svelte';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Queue } from './queue.svelte.ts';
import { countChosen, EVERYTHING, extended, NOTHING, only, toggled, type Selection } from './selection.ts';

/** More at a stroke of Shift than anybody means to. */
const RANGE_MOST = 10_000;

export class Choosing {
  readonly #queue: Queue;
  readonly #notices: Notices;
  selection = $state.raw<Selection>(NOTHING);
  /** Where a range begins, and of which list: another one's ranges begin at its top until a row is clicked. */
  #anchor = { index: 0, of: 0 };
  /** One click after the other takes effect. */
  #turn: Promise<void> = Promise.resolve();

  constructor(queue: Queue, notices: Notices) {
    this.#queue = queue;
    this.#notices = notices;
  }

  get chosen(): number {
    return countChosen(this.selection, this.#queue.total);
  }

  /** A click or a key on a tile: plain, one more (Ctrl) or up to here (Shift). */
  choose(index: number, how: { readonly one: boolean; readonly range: boolean }): Promise<void> {
    this.#turn = this.#turn.then(() => this.#choose(index, how));
    return this.#turn;
  }

  /** What was clicked so far is chosen: a long range may have to be asked for. */
  get settled(): Promise<void> {
    return this.#turn;
  }

  async #choose(index: number, how: { readonly one: boolean; readonly range: boolean }): Promise<void> {
    if (!(await this.#queue.go(index))) return;
    const id = this.#queue.currentId!;
    if (how.range) {
      await this.#chooseRange(index, how.one);
      return;
    }
    this.#anchor = { index, of: this.#queue.begun };
    this.selection = how.one ? toggled(this.selection, id) : only([id]);
  }

  all(): void {
    this.selection = EVERYTHING;
  }

  none(): void {
    this.selection = NOTHING;
  }

  /** Another list: what was chosen of the old one is not meant any more. */
  reset(): void {
    this.#anchor = { index: 0, of: this.#queue.begun };
    this.selection = NOTHING;
  }

  async #chooseRange(index: number, keep: boolean): Promise<void> {
    const anchor = this.#anchor.of === this.#queue.begun ? this.#anchor.index : 0;
    const first = Math.min(anchor, index);
    const end = Math.max(anchor, index) + 1;
    if (end - first > RANGE_MOST) {
      this.#notices.info('Too many to select at once', 'Narrow the filter, then select all of it');
      return;
    }
    try {
      const ids = await this.#queue.idsIn(first, end);
      this.selection = keep ? extended(this.selection, ids) : only(ids);
    } catch (thrown) {
      this.#notices.error(thrown);
    }
  }
}

export const [getChoosing, setChoosing] = createContext<Choosing>();
