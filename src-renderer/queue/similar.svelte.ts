/**
 * Samples like one, as a list of the queue: what they are like, why each is, and the way back to the list before. They are like it by
 * the question's words and the label's region, or by their picture.
 */
import { createContext } from 'svelte';
import type { SampleRow } from '../../src-shared/contract/domain.ts';
import type {
  Alike,
  SampleFilter,
  SampleSort,
  SimilarPictures,
} from '../../src-shared/contract/procedures.ts';
import { NO_FILTER } from '../../src-shared/contract/procedures.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Queue } from './queue.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';
import { readChoice, store } from '../shell/stored.dom.ts';

/** As many as anybody looks through. */
const SHOWN = 100;

export const KINDS = ['words', 'picture'] as const;
/** By what samples are compared. */
export type Kind = (typeof KINDS)[number];

type SimilarPicture = NonNullable<SimilarPictures['found']>[number];

type Subject = Pick<SampleRow, 'id' | 'question' | 'externalId' | 'language'>;

interface View extends Subject {
  readonly ids: readonly number[];
  readonly by: Kind;
  readonly why: ReadonlyMap<number, Alike>;
  /** Of each row, where pictures are compared. */
  readonly pictures: ReadonlyMap<number, SimilarPicture>;
  /** Pictures that could not be compared. */
  readonly without: number;
  readonly before: { readonly filter: SampleFilter; readonly sort: SampleSort };
}

type Found = Pick<View, 'why' | 'pictures' | 'without'> & {
  readonly found: readonly { readonly id: number }[];
};

export class Similar {
  readonly #session: Session;
  readonly #queue: Queue;
  readonly #notices: Notices;
  #view = $state.raw<View | null>(null);
  #asked = 0;
  by = $state<Kind>(readChoice('similarBy', KINDS, 'words'));

  constructor(session: Session, queue: Queue, notices: Notices) {
    this.#session = session;
    this.#queue = queue;
    this.#notices = notices;
  }

  /** What the list is like; null when the queue shows another list. */
  readonly to = $derived.by(() =>
    this.#view && this.#queue.filter.ids === this.#view.ids ? this.#view : null,
  );

  /** Why a row is in the list; null for the sample itself, and in other lists. */
  why(row: Pick<SampleRow, 'id'>): Alike | null {
    return this.to?.why.get(row.id) ?? null;
  }

  /** How like the shown one's a row's picture is; null for that one itself, and in other lists. */
  pictureOf(row: Pick<SampleRow, 'id'>): SimilarPicture | null {
    return this.to?.pictures.get(row.id) ?? null;
  }

  /** Compares by this from now on, and the list that is shown anew. */
  async setBy(by: Kind): Promise<void> {
    const { to } = this;
    if (to && !(await this.show(to, by))) return;
    this.by = by;
    store('similarBy', by);
  }

  /** Makes the queue a list of this sample and those like it. @returns whether it did */
  async show(row: Subject, by = this.by): Promise<boolean> {
    const asked = ++this.#asked;
    try {
      const view = by === 'words' ? await this.#byWords(row.id) : await this.#byPicture(row.id);
      if (asked !== this.#asked || view === null) return false;
      const { found } = view;
      if (found.length === 0) {
        this.#notices.info('There is no other sample to compare');
        return false;
      }
      const ids = [row.id, ...found.map(({ id }) => id)];
      // From one list of this kind to the next the way back leads to what was there before the first.
      const before = this.to?.before ?? { filter: this.#queue.filter, sort: this.#queue.sort };
      const { id, question, externalId, language } = row;
      this.#view = { id, question, externalId, language, ids, by, before, ...view };
      await this.#queue.setView({ ...NO_FILTER, ids }, { by: 'listed', descending: false }, row.id);
      return true;
    } catch (thrown) {
      this.#notices.error(thrown);
      return false;
    }
  }

  async #byWords(id: number): Promise<Found> {
    const found = await this.#session.client.call('samples.similar', { id, limit: SHOWN });
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never changed
    return { found, why: new Map(found.map((one) => [one.id, one])), pictures: new Map(), without: 0 };
  }

  /** Null, and the person is told, where the picture itself has no embedding. */
  async #byPicture(id: number): Promise<Found | null> {
    const { found, without } = await this.#session.client.call('embeddings.similar', { id, limit: SHOWN });
    if (found === null) {
      this.#notices.info(
        'This picture has no embedding yet',
        'Label the sample, or encode the pictures of the project: Gallery, Plot',
      );
      return null;
    }
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never changed
    return { found, why: new Map(), pictures: new Map(found.map((one) => [one.id, one])), without };
  }

  /** The list as it was before, at the sample that the others were like. */
  async back(): Promise<void> {
    const { to } = this;
    if (!to) return;
    this.#view = null;
    await this.#queue.setView(to.before.filter, to.before.sort, to.id);
  }
}

export const [getSimilar, setSimilar] = createContext<Similar>();
