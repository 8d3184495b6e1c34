/** The gallery: how large tiles are, what tints them, which samples are chosen. Its list is the queue's. */
import type { HeatKind } from '../../src-shared/contract/procedures.ts';
import { TILE_MAX, TILE_MIN } from './gallery-grid.ts';
import {
  countChosen,
  EVERYTHING,
  extended,
  NOTHING,
  only,
  toggled,
  type Selection,
} from '../queue/selection.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Queue } from '../queue/queue.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import { readChoice, readNumber, store } from '../shell/stored.dom.ts';
import { Thumbnails } from './thumbnails.svelte.ts';

export const TINTS = ['label', 'denoised', 'rpn', 'none'] as const;
export type Tint = (typeof TINTS)[number];
export const TINT_WORDS: Readonly<Record<Tint, string>> = {
  label: 'Label',
  denoised: 'Denoised attention',
  rpn: 'RPN probability',
  none: 'Nothing',
};

/** More at a stroke of Shift than anybody means to. */
const RANGE_MOST = 10_000;

export class Gallery {
  readonly #queue: Queue;
  readonly #notices: Notices;
  readonly thumbnails: Thumbnails;
  size = $state(Math.min(TILE_MAX, Math.max(TILE_MIN, readNumber('tileSize', 168))));
  tint = $state<Tint>(readChoice('tint', TINTS, 'label'));
  selection = $state.raw<Selection>(NOTHING);
  #anchor = 0;
  /** One click after the other takes effect. */
  #turn: Promise<void> = Promise.resolve();

  constructor(session: Session, queue: Queue, notices: Notices) {
    this.#queue = queue;
    this.#notices = notices;
    this.thumbnails = new Thumbnails(session.client);
    session.client.on('samples.changed', () => this.thumbnails.forgetHeats());
  }

  get chosen(): number {
    return countChosen(this.selection, this.#queue.total);
  }

  get heatKind(): HeatKind | null {
    return this.tint === 'none' ? null : this.tint;
  }

  setSize(size: number): void {
    this.size = size;
    store('tileSize', size);
  }

  setTint(tint: Tint): void {
    this.tint = tint;
    store('tint', tint);
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
    this.#anchor = index;
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
    this.#anchor = 0;
    this.selection = NOTHING;
  }

  async #chooseRange(index: number, keep: boolean): Promise<void> {
    const first = Math.min(this.#anchor, index);
    const end = Math.max(this.#anchor, index) + 1;
    if (end - first > RANGE_MOST) {
      this.#notices.info('That is too many to choose at once', 'Narrow the filter and choose all of it');
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
