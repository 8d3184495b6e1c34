/**
 * The samples on which reviewers differ, the one that is looked at, and the adjudicator's decision on it: a revision of their own, after
 * which the reviewers' stay as they were.
 */
import { createContext } from 'svelte';
import type { Prediction, Review, SampleDetail } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Differing } from '../../src-shared/contract/procedures.ts';
import { Picture } from '../canvas/pictures.svelte.ts';
import { View } from '../canvas/view.svelte.ts';
import type { KnownLabel } from '../compare/looking.svelte.ts';
import type { Notices, Offered } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import { STATE_WORDS } from '../ui/words.ts';
import { adjudicatedWords, STATE_OF } from './reviewers.ts';

/** What one reviewer said, with the label it stands for where it has one. */
export interface Side {
  readonly review: Review;
  readonly label: KnownLabel | null;
}

export interface Looked {
  readonly sampleId: number;
  readonly detail: SampleDetail;
  readonly picture: Picture | null;
  readonly pictureProblem: FoveaError | null;
  readonly sides: readonly Side[];
}

export class Adjudicating {
  readonly #session: Session;
  readonly #notices: Notices;
  /** Of all panes. */
  readonly view = new View();
  /** The page shows samples that differ in place of rounds. */
  open = $state(false);
  /** Those furthest apart first; null before the first answer. */
  samples = $state.raw<readonly Differing[] | null>(null);
  /** How many wait: more than {@link samples} where there are very many. */
  total = $state(0);
  shown = $state.raw<Looked | null>(null);
  problem = $state.raw<FoveaError | null>(null);
  /** Why the last decision was not kept. */
  refused = $state.raw<FoveaError | null>(null);
  saving = $state(false);
  truth = $state(true);
  #round: number | null = null;
  #currentId = $state<number | null>(null);
  #asked = 0;
  #looking = 0;
  #offered: Offered | null = null;

  readonly index = $derived(
    Math.max(0, this.samples?.findIndex(({ sampleId }) => sampleId === this.#currentId) ?? 0),
  );
  readonly current = $derived(this.samples?.[this.index] ?? null);
  /** Why whoever sits here cannot adjudicate the sample; null: they can. */
  readonly whyNot = $derived.by((): string | null => {
    const { project, reviewer } = this.#session;
    if (project?.readOnly) return 'The project is read-only';
    return this.current?.decisions.some((one) => one.reviewer === reviewer)
      ? 'This sample was dealt to you: another admin decides between you and the others'
      : null;
  });

  /** Hears that rounds are looked at again. */
  onLeave: () => void = () => undefined;

  constructor(session: Session, notices: Notices) {
    this.#session = session;
    this.#notices = notices;
  }

  /** Shows what waits of a round. */
  async begin(round: number): Promise<void> {
    if (round !== this.#round) [this.samples, this.shown, this.#currentId] = [null, null, null];
    this.#round = round;
    this.open = true;
    await this.load();
  }

  leave(): void {
    this.open = false;
    this.onLeave();
  }

  /** Forgets everything, for another project. */
  clear(): void {
    this.#asked++;
    [this.open, this.samples, this.shown, this.problem, this.refused] = [false, null, null, null, null];
    [this.#round, this.#currentId] = [null, null];
  }

  /** Asks for the list anew; the current sample stays where it still waits, else the one in its place comes. */
  async load(): Promise<void> {
    const asked = ++this.#asked;
    const at = this.index;
    try {
      const found = await this.#session.client.call('adjudication.list', { deal: this.#round });
      if (asked !== this.#asked) return;
      const stays = found.samples.some(({ sampleId }) => sampleId === this.#currentId);
      [this.samples, this.total, this.problem] = [found.samples, found.total, null];
      if (stays) return;
      const next = found.samples[Math.min(at, found.samples.length - 1)];
      this.#currentId = next?.sampleId ?? null;
      await this.#look();
    } catch (thrown) {
      if (asked === this.#asked) this.problem = FoveaError.from(thrown);
    }
  }

  show(sampleId: number): void {
    if (sampleId === this.#currentId) return;
    this.#currentId = sampleId;
    this.refused = null;
    void this.#look();
  }

  go(by: number): void {
    const to = this.samples?.[this.index + by];
    if (this.open && to) this.show(to.sampleId);
  }

  /** Asks for the sample anew. */
  async again(): Promise<void> {
    this.refused = null;
    await this.#look();
  }

  /** Decides as one side did. @returns whether it is kept */
  async use(side: Side | undefined): Promise<boolean> {
    const { shown } = this;
    if (!this.open || !side || !shown || this.saving || shown.sampleId !== this.#currentId) return false;
    if (this.whyNot !== null) {
      this.#notices.info(this.whyNot);
      return false;
    }
    const { decision, label, predictionId, reviewer, reason } = side.review;
    this.saving = true;
    try {
      const { review } = await this.#session.client.call('reviews.submit', {
        sampleId: shown.sampleId,
        predictionId,
        decision,
        label: decision === 'correct' && label ? new Uint8Array(label) : null,
        basedOn: shown.detail.latestRevisionId,
        reviewer: this.#session.reviewer,
        note: adjudicatedWords(reviewer),
        reason,
      });
      this.refused = null;
      const words = `${shown.detail.externalId}: ${STATE_WORDS[STATE_OF[decision]].toLowerCase()}, as ${reviewer} decided`;
      this.#offered?.withdraw();
      this.#offered = this.#notices.offer(words, { words: 'Undo', run: () => void this.#takeBack(review) });
      await this.load();
      return true;
    } catch (thrown) {
      this.refused = FoveaError.from(thrown);
      return false;
    } finally {
      this.saving = false;
    }
  }

  /** Takes an own decision back, by a revision of its own; fails where somebody decided since. */
  async #takeBack({ id, sampleId, predictionId }: Review): Promise<void> {
    try {
      await this.#session.client.call('reviews.submit', {
        sampleId,
        predictionId,
        decision: 'reset',
        label: null,
        note: null,
        basedOn: id,
        reviewer: this.#session.reviewer,
      });
      this.#currentId = sampleId;
      await this.load();
      await this.#look();
    } catch (thrown) {
      this.#notices.error(thrown);
    }
  }

  async #look(): Promise<void> {
    const asked = ++this.#looking;
    const id = this.#currentId;
    if (id === null) {
      this.shown = null;
      return;
    }
    try {
      const looked = await this.#fetch(id);
      if (asked !== this.#looking) return;
      this.shown?.picture?.release();
      [this.shown, this.problem] = [looked, null];
    } catch (thrown) {
      if (asked === this.#looking) [this.shown, this.problem] = [null, FoveaError.from(thrown)];
    }
  }

  async #fetch(sampleId: number): Promise<Looked> {
    const { client } = this.#session;
    const [detail, predictions, words] = await Promise.all([
      client.call('samples.get', { id: sampleId }),
      client.call('samples.predictions', { id: sampleId }),
      client.call('reviews.words', { sampleId }),
    ]);
    const { image } = detail;
    const picture = await Picture.load(image.url, image.name, image, this.view.fittedScale(image)).catch(
      (thrown: unknown) => FoveaError.from(thrown),
    );
    return {
      sampleId,
      detail,
      picture: picture instanceof FoveaError ? null : picture,
      pictureProblem: picture instanceof FoveaError ? picture : null,
      sides: words.map((review) => ({ review, label: labelOf(review, predictions) })),
    };
  }
}

function labelOf(review: Review, predictions: readonly Prediction[]): KnownLabel | null {
  const from = predictions.find(({ id }) => id === review.predictionId);
  if (!review.label || !from) return null;
  const { buffer, byteOffset, length } = review.label;
  return { values: new Int8Array(buffer, byteOffset, length), grid: from.grid, transform: from.transform };
}

export const [getAdjudicating, setAdjudicating] = createContext<Adjudicating>();
