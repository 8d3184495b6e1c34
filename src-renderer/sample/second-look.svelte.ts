/** Answering the sample on screen again: with the crop of its maps, or with the region of a label that was changed. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { CropAnswer } from '../../src-shared/contract/inspect.ts';
import { secondLook } from './second-look.ts';
import type { Desk } from '../deciding/desk.svelte.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

export class SecondLook {
  readonly #session: Session;
  readonly #desk: Desk;
  readonly #notices: Notices;
  readonly #slot: string;
  /** The prediction that is being asked about. */
  #asking = $state<number | null>(null);
  #given = $state.raw<{ readonly answer: CropAnswer; readonly box: string } | null>(null);

  /** What asking now would look at. */
  readonly wish = $derived.by(() => {
    const detail = this.#desk.bundle?.detail;
    return detail ? secondLook(detail, this.#desk.label, (this.#desk.editing.changes?.total ?? 0) > 0) : null;
  });

  /** The answer to the region on screen, while it is the one that was asked about; null where the prediction has it. */
  readonly shown = $derived.by<CropAnswer | null>(() => {
    const { wish } = this;
    if (!this.#given || wish?.kind !== 'label') return null;
    const { answer, box } = this.#given;
    return answer.predictionId === wish.predictionId && box === wish.box.join() ? answer : null;
  });

  constructor(session: Session, desk: Desk, notices: Notices, slot: string) {
    this.#session = session;
    this.#desk = desk;
    this.#notices = notices;
    this.#slot = slot;
  }

  /** Whether the sample on screen is being answered. */
  get busy(): boolean {
    return this.#asking !== null && this.#asking === this.#desk.bundle?.detail.prediction?.id;
  }

  async ask(): Promise<void> {
    const { wish } = this;
    if (!wish || this.busy) return;
    if (wish.kind === 'none') {
      this.#notices.info('Nothing to ask again', wish.why);
      return;
    }
    const { predictionId } = wish;
    const box = wish.kind === 'label' ? wish.box : null;
    this.#asking = predictionId;
    try {
      const answer = await this.#session.client.call('inspect.crop', {
        slot: this.#slot,
        predictionId,
        box: box && [box[0], box[1], box[2], box[3]],
      });
      if (box) this.#given = { answer, box: box.join() };
      if (answer.kept) this.#desk.refresh(answer.sampleId);
    } catch (thrown) {
      if (FoveaError.from(thrown).code !== 'cancelled') this.#notices.error(thrown);
    } finally {
      if (this.#asking === predictionId) this.#asking = null;
    }
  }

  async cancel(): Promise<void> {
    await this.#session.client
      .call('inspect.cancel', { slot: this.#slot, kind: 'crop' })
      .catch(() => undefined);
  }
}

export const [getSecondLook, setSecondLook] = createContext<SecondLook>();
