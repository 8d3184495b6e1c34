/**
 * The way through the list: one on, one back, to its ends, to what nobody decided yet. Whatever leads elsewhere ends what is
 * being drawn first, and one move waits for no other: a key that comes meanwhile is not taken.
 */
import type { Notices } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import type { Queue } from '../queue/queue.svelte.ts';
import type { Way } from './undo-order.ts';

export interface MovingDoor {
  /** Ends what is being drawn. */
  settle(): void;
  /** What is current comes on screen. */
  show(id: number | null): void;
}

/** Decisions that are on their way to the main side: it may name so many samples that were decided here. */
const DECIDED_MEANWHILE = 50;

export class Moving {
  readonly #session: Session;
  readonly #queue: Queue;
  readonly #notices: Notices;
  readonly #door: MovingDoor;
  #busy = false;
  /** Went past the last sample: it is not on screen any more, and nothing is decided. */
  ended = $state(false);

  constructor(session: Session, queue: Queue, notices: Notices, door: MovingDoor) {
    this.#session = session;
    this.#queue = queue;
    this.#notices = notices;
    this.#door = door;
  }

  /** Under way to another sample. */
  get busy(): boolean {
    return this.#busy;
  }

  next(): void {
    const { nextIndex, total } = this.#queue;
    if (nextIndex < total) this.goTo(nextIndex);
    else if (total > 0 && !this.#busy) {
      this.#door.settle();
      this.ended = true;
    }
  }

  previous(): void {
    // From the end the last sample is the one before.
    if (this.ended) this.ended = false;
    else this.goTo(this.#queue.currentIndex - 1);
  }

  first(): void {
    this.goTo(0);
  }

  last(): void {
    this.goTo(this.#queue.total - 1);
  }

  goTo(index: number): void {
    void this.#go(index);
  }

  /** To the next sample that waits for a decision, from the end of the list again from its beginning; or to the one before. */
  async undecided(way: Way): Promise<void> {
    if (this.#busy || this.#session.project === null) return;
    this.#door.settle();
    const near = this.#near(way === 'forth' ? 1 : -1);
    if (near !== null) return this.#go(near);
    this.#busy = true;
    const found = await this.#find(way).catch(() => undefined);
    this.#busy = false;
    // Without an answer the connection banner says so.
    if (found === undefined) return;
    if (found === null) {
      this.#notices.info('Nothing left to decide in this list');
      this.ended = way === 'forth' && this.#queue.total > 0;
      return;
    }
    if (found.wrapped)
      this.#notices.info(way === 'forth' ? 'Continued from the start of the list' : 'Continued from its end');
    await this.to(found.id);
  }

  /** To a sample wherever it is. @returns whether the list has it; null: the project does not */
  async to(id: number): Promise<boolean | null> {
    const index = this.#queue.indexOf(id);
    if (index !== undefined) await this.#go(index);
    if (index !== undefined || this.#busy) return true;
    this.#busy = true;
    const listed = await this.#queue.goTo(id);
    this.#busy = false;
    if (listed !== null) this.ended = false;
    this.#door.show(this.#queue.currentId);
    return listed;
  }

  /** The next row that waits for a decision, as far as rows are here without a gap. */
  #near(step: 1 | -1): number | null {
    const { currentIndex, nextIndex } = this.#queue;
    for (let at = step === 1 ? nextIndex : currentIndex - 1; ; at += step) {
      const row = this.#queue.row(at);
      if (row?.state === 'pending') return at;
      if (row === undefined) return null;
    }
  }

  async #find(way: Way): Promise<{ readonly id: number; readonly wrapped: boolean } | null> {
    const { filter, sort, currentId } = this.#queue;
    let from = currentId;
    let wrapped = false;
    for (let tried = 0; tried < DECIDED_MEANWHILE; tried++) {
      const asked = { filter, sort, sampleId: from, back: way === 'back' };
      const found = await this.#session.client.call('samples.undecided', asked);
      if (found === null || found.id === currentId) return null;
      wrapped ||= found.wrapped;
      if ((this.#queue.rowOf(found.id)?.state ?? 'pending') === 'pending') return { id: found.id, wrapped };
      from = found.id;
    }
    return null;
  }

  async #go(index: number): Promise<void> {
    if (this.#busy) return;
    this.#door.settle();
    if (index >= 0 && index < this.#queue.total) this.ended = false;
    if (!this.#queue.goNow(index)) {
      this.#busy = true;
      await this.#queue.go(index);
      this.#busy = false;
    }
    this.#door.show(this.#queue.currentId);
  }
}
