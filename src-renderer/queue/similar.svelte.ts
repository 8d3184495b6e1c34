/** Samples like one, as a list of the queue: what they are like, why each is, and the way back to the list before. */
import { createContext } from 'svelte';
import type { SampleRow } from '../../src-shared/contract/domain.ts';
import type { Alike, SampleFilter, SampleSort } from '../../src-shared/contract/procedures.ts';
import { NO_FILTER } from '../../src-shared/contract/procedures.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Queue } from './queue.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

/** As many as anybody looks through. */
const SHOWN = 100;

type Subject = Pick<SampleRow, 'id' | 'question' | 'externalId' | 'language'>;

interface View extends Subject {
  readonly ids: readonly number[];
  readonly why: ReadonlyMap<number, Alike>;
  readonly before: { readonly filter: SampleFilter; readonly sort: SampleSort };
}

export class Similar {
  readonly #session: Session;
  readonly #queue: Queue;
  readonly #notices: Notices;
  #view = $state.raw<View | null>(null);
  #asked = 0;

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

  /** Makes the queue a list of this sample and those like it. @returns whether it did */
  async show(row: Subject): Promise<boolean> {
    const asked = ++this.#asked;
    try {
      const found = await this.#session.client.call('samples.similar', { id: row.id, limit: SHOWN });
      if (asked !== this.#asked) return false;
      if (found.length === 0) {
        this.#notices.info('There is no other sample to compare');
        return false;
      }
      const ids = [row.id, ...found.map(({ id }) => id)];
      // From one list of this kind to the next the way back leads to what was there before the first.
      const before = this.to?.before ?? { filter: this.#queue.filter, sort: this.#queue.sort };
      const { id, question, externalId, language } = row;
      // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never changed
      const why = new Map(found.map((one) => [one.id, one]));
      this.#view = { id, question, externalId, language, ids, why, before };
      this.#queue.currentId = row.id;
      await this.#queue.setView({ ...NO_FILTER, ids }, { by: 'listed', descending: false });
      return true;
    } catch (thrown) {
      this.#notices.error(thrown);
      return false;
    }
  }

  /** The list as it was before, at the sample that the others were like. */
  async back(): Promise<void> {
    const { to } = this;
    if (!to) return;
    this.#view = null;
    this.#queue.currentId = to.id;
    await this.#queue.setView(to.before.filter, to.before.sort);
  }
}

export const [getSimilar, setSimilar] = createContext<Similar>();
