/** Who wins where: the samples of a comparison in the main side's order, and which of them is looked at. */
import { createContext } from 'svelte';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { ComparedRow, ComparedWhich } from '../../src-shared/contract/procedures.ts';
import type { ComparedMeasure } from '../../src-shared/contract/training.ts';
import { PAGE_SIZE, Pages, startOf } from './pages.ts';
import type { Session } from '../shell/session.svelte.ts';

export interface ListWish {
  readonly comparisonId: number;
  readonly measure: ComparedMeasure;
  readonly which: ComparedWhich;
  readonly first: 'a' | 'b';
}

export class Winners {
  readonly #session: Session;
  readonly #pages = new Pages();
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping, nothing on screen depends on it
  readonly #fetching = new Set<number>();
  #wish: ListWish | null = null;
  /** Answers to earlier wishes are thrown away. */
  #generation = 0;
  #version = $state(0);
  total = $state(0);
  /** The largest difference of all samples: what a whole bar stands for. */
  largest = $state(0);
  loading = $state(false);
  error = $state.raw<FoveaError | null>(null);
  currentIndex = $state(0);
  /** The sample that is looked at; it stays when the list is another one, as long as that has it. */
  currentId = $state<number | null>(null);

  /** The sample to look at where none is: the one of the visit before. */
  former: number | null = null;

  /** Hears that the comparison is not there any more. */
  onlost: () => void = () => undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  row(index: number): ComparedRow | undefined {
    void this.#version;
    return this.#pages.rowAt(index);
  }

  /** The row that is looked at; undefined while it is on its way, or when there is none. */
  current(): ComparedRow | undefined {
    const row = this.row(this.currentIndex);
    return row?.sampleId === this.currentId ? row : undefined;
  }

  /** Shows the list of a comparison; the rows of before stay until these are there. Null: none. */
  async show(wish: ListWish | null): Promise<void> {
    const generation = ++this.#generation;
    this.#wish = wish;
    this.error = null;
    this.loading = wish !== null;
    if (!wish) return this.#empty();
    const { client } = this.#session;
    const sampleId = this.currentId ?? this.former;
    try {
      const position =
        sampleId === null ? null : (await client.call('compare.position', { ...wish, sampleId })).position;
      if (generation !== this.#generation) return;
      const start = startOf(position ?? 0);
      const page = await client.call('compare.list', { ...wish, offset: start, limit: PAGE_SIZE });
      if (generation !== this.#generation) return;
      this.#pages.clear();
      this.#fetching.clear();
      this.#pages.put(start, page.rows, page.total);
      this.largest = page.largest;
      this.#changed();
      this.#to(position ?? 0);
    } catch (thrown) {
      this.#failed(thrown, generation);
    }
    if (generation === this.#generation) this.loading = false;
  }

  /** Makes sure that the rows in `[first, end)` are there or on their way. */
  need(first: number, end: number): void {
    for (const start of this.#pages.missing(first, end)) void this.#fetch(start);
  }

  async go(index: number): Promise<void> {
    if (index < 0 || index >= this.total) return;
    const generation = this.#generation;
    if (!this.#pages.rowAt(index)) await this.#fetch(startOf(index));
    if (generation === this.#generation) this.#to(index);
  }

  /** Samples about the current one, nearest first, that are likely to be looked at next. */
  near(most: number): ComparedRow[] {
    const steps = [1, 2, -1, 3, 4].slice(0, most);
    return steps.flatMap((step) => this.#pages.rowAt(this.currentIndex + step) ?? []);
  }

  /** Up to `most` samples of the list about the current one, in its order. */
  async samplesAbout(most: number): Promise<number[]> {
    const wish = this.#wish;
    if (!wish) return [];
    const offset = Math.max(0, Math.min(this.currentIndex - Math.floor(most / 2), this.total - most));
    const { rows } = await this.#session.client.call('compare.list', { ...wish, offset, limit: most });
    return rows.filter(({ sample }) => sample !== null).map(({ sampleId }) => sampleId);
  }

  #to(index: number): void {
    this.currentIndex = index;
    this.currentId = this.#pages.rowAt(index)?.sampleId ?? null;
    this.need(index - 5, index + 20);
  }

  async #fetch(start: number): Promise<void> {
    const wish = this.#wish;
    if (!wish || this.#fetching.has(start)) return;
    const generation = this.#generation;
    this.#fetching.add(start);
    try {
      const page = await this.#session.client.call('compare.list', {
        ...wish,
        offset: start,
        limit: PAGE_SIZE,
      });
      if (generation !== this.#generation) return;
      this.#pages.put(start, page.rows, page.total);
      this.#changed();
    } catch (thrown) {
      this.#failed(thrown, generation);
    }
    this.#fetching.delete(start);
  }

  #failed(thrown: unknown, generation: number): void {
    if (generation !== this.#generation) return;
    const error = FoveaError.from(thrown);
    // Fovea was started anew, or others compared much meanwhile.
    if (error.code === 'not_found') this.onlost();
    else this.error = error;
  }

  #empty(): void {
    this.#pages.clear();
    this.#changed();
    [this.currentIndex, this.currentId] = [0, null];
  }

  #changed(): void {
    this.total = this.#pages.total;
    this.#version++;
  }
}

export const [getWinners, setWinners] = createContext<Winners>();
