/** Another question of the picture on screen: asked, shown, and kept as a sample when the person says so. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { AskedAnswer } from '../../src-shared/contract/inspect.ts';
import type { Session } from '../shell/session.svelte.ts';

export class Asking {
  readonly #session: Session;
  readonly #slot: string;
  #imageId: number | null = null;

  question = $state('');
  /** The answer to feed, where the run feeds answers. */
  given = $state('');
  /** Empty: the suggested one. */
  externalId = $state('');
  busy = $state(false);
  keeping = $state(false);
  answer = $state.raw<AskedAnswer | null>(null);
  kept = $state.raw<{ readonly sampleId: number; readonly externalId: string } | null>(null);
  problem = $state.raw<FoveaError | null>(null);

  constructor(session: Session, slot: string) {
    this.#session = session;
    this.#slot = slot;
  }

  /** Another picture is on screen: what was asked was about the one before. */
  follow(imageId: number | null): void {
    if (imageId === this.#imageId) return;
    this.#imageId = imageId;
    if (this.busy) void this.cancel();
    this.busy = false;
    this.question = this.given = this.externalId = '';
    this.#clear();
  }

  async ask(predictionId: number, given: boolean): Promise<void> {
    const image = this.#imageId;
    this.#clear();
    this.busy = true;
    try {
      const answer = await this.#session.client.call('inspect.ask', {
        slot: this.#slot,
        predictionId,
        question: this.question,
        answer: given ? this.given : null,
      });
      if (image === this.#imageId) this.answer = answer;
    } catch (thrown) {
      const error = FoveaError.from(thrown);
      if (image === this.#imageId && error.code !== 'cancelled') this.problem = error;
    }
    if (image === this.#imageId) this.busy = false;
  }

  async keep(): Promise<void> {
    const { answer } = this;
    if (!answer || this.keeping || this.kept) return;
    this.keeping = true;
    this.problem = null;
    try {
      const kept = await this.#session.client.call('inspect.keep', {
        askId: answer.askId,
        externalId: this.externalId.trim() === '' ? null : this.externalId,
        reviewer: this.#session.reviewer,
      });
      if (this.answer === answer) this.kept = kept;
    } catch (thrown) {
      if (this.answer === answer) this.problem = FoveaError.from(thrown);
    }
    this.keeping = false;
  }

  async cancel(): Promise<void> {
    await this.#session.client
      .call('inspect.cancel', { slot: this.#slot, kind: 'ask' })
      .catch(() => undefined);
  }

  #clear(): void {
    this.answer = this.kept = this.problem = null;
  }
}

export const [getAsking, setAsking] = createContext<Asking>();
