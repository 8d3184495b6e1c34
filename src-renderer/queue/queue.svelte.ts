/** The queue on the left: a filter, the rows it lets through (fetched in pages as they are needed), a place in it. */
import { createContext, untrack } from 'svelte';
import type { SampleRow, SampleState } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import {
  FILTER_IDS_MAX,
  IMPORT_ORDER,
  NO_FILTER,
  type ProcedureOutput,
  type RpcClient,
  type SampleFilter,
  type SampleSort,
} from '../../src-shared/contract/procedures.ts';
import { dependsOnWork, stillMatches } from './filter-match.ts';
import { isFiltered } from './filters.ts';
import { findInList } from './find-in-list.ts';
import { PAGE_SIZE, PagedList } from './paged-list.ts';
import { Gathered, rowAnew, rowsAnew } from './rows-anew.ts';
import { changesByDecision, decidedFields } from './rows/sort-values.ts';
import { lastInput, measureUntilDrawn } from '../shell/timings.dom.ts';

const LIVE_REFRESH_MS = 800;
/** Rows asked for anew one list after the other; with more the list is begun anew. */
const RECHECKED_MOST = 5_000;

export class Queue {
  readonly #client: RpcClient;
  readonly #list = new PagedList<SampleRow>();
  readonly #gathered: Gathered;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping, nothing on screen depends on it
  readonly #fetching = new Map<number, Promise<void>>();
  filter = $state.raw<SampleFilter>(NO_FILTER);
  sort = $state.raw<SampleSort>(IMPORT_ORDER);
  total = $state(0);
  loading = $state(true);
  error = $state.raw<FoveaError | null>(null);
  /** The row on screen: its sample and its place in the list (kept when the sample has left the list). */
  currentId = $state<number | null>(null);
  currentIndex = $state(0);
  /** Grows with every other filter or order: the list that begins anew shows where its current row is. */
  begun = $state(0);
  #fromTop = false;
  /** Grows with every change of the rows; reading rows through {@link row} depends on it. */
  #version = $state(0);
  /** Answers to earlier filters are thrown away. */
  #generation = 0;
  #latest = Promise.resolve();
  #shown = { first: 0, end: 0 };
  #refreshTimer: ReturnType<typeof setTimeout> | null = null;
  #recheck = false;
  /** The rows that are here are another project's, until they come anew. */
  #ofAnother = false;

  constructor(client: RpcClient) {
    this.#client = client;
    this.#gathered = new Gathered(client, (row) => this.#update(row.id, decidedFields(row)));
  }

  /** Of the current sample while it is shown although the list does not have it. */
  #beside = $state.raw<SampleRow | null>(null);

  row(index: number): SampleRow | undefined {
    void this.#version;
    return this.#list.rowAt(index);
  }

  currentRow(): SampleRow | undefined {
    const row = this.row(this.currentIndex);
    if (row?.id === this.currentId) return row;
    return this.#beside?.id === this.currentId ? this.#beside : undefined;
  }

  /** Where the list has a sample, as far as it is here. */
  indexOf(id: number): number | undefined {
    return this.#list.indexOf(id);
  }

  /**
   * Shows a sample that is not in the part of the list that is here. @returns false when the list does not have it, null
   * when the project does not: the sample at hand stays
   */
  async goTo(id: number): Promise<boolean | null> {
    const { filter, sort } = this;
    try {
      const { position } = await this.#client.call('samples.position', { filter, sort, id });
      if (position !== null) await this.#fetch(this.#list.pageStart(position));
      const at = this.#list.indexOf(id);
      if (at !== undefined && this.#goTo(at)) return true;
      const row = await rowAnew(this.#client, id);
      if (!row) return null;
      this.#beside = row;
    } catch {
      // The connection banner says so; what is here of the sample is shown.
    }
    this.currentId = id;
    return false;
  }

  get filtered(): boolean {
    return isFiltered(this.filter);
  }

  async setFilter(change: Partial<SampleFilter>): Promise<void> {
    const start = lastInput();
    const filter = { ...this.filter, ...change };
    // Without a list there is no order of the list's own.
    const sort = this.sort.by === 'listed' && filter.ids.length === 0 ? IMPORT_ORDER : this.sort;
    // The order goes with the list, not by anybody's wish.
    await this.setView(filter, sort, sort === this.sort ? undefined : (this.currentId ?? undefined));
    measureUntilDrawn('filter', start);
  }

  async setSort(sort: SampleSort): Promise<void> {
    const start = lastInput();
    await this.setView(this.filter, sort);
    measureUntilDrawn('sort', start);
  }

  /** Begins here when the list is asked for next: a filter, an order, and the sample that is current. */
  beginAt(filter: SampleFilter, sort: SampleSort, id: number | null): void {
    [this.filter, this.sort] = [filter, sort];
    [this.currentId, this.currentIndex] = [id, 0];
    this.#ofAnother = true;
  }

  /** Another filter and order at once. Another order begins at its first sample. @param id one that is current in place of it */
  setView(filter: SampleFilter, sort: SampleSort, id?: number): Promise<void> {
    const { by, descending } = untrack(() => this.sort);
    this.#fromTop = id === undefined && (by !== sort.by || descending !== sort.descending);
    if (id !== undefined) this.currentId = id;
    [this.filter, this.sort] = [filter, sort];
    this.begun++;
    return this.reload();
  }

  /** Asks anew. The current sample, or what took a removed one's place, stays current where the filter has it, else the first. */
  reload(): Promise<void> {
    return (this.#latest = this.#reload());
  }

  async #reload(): Promise<void> {
    const generation = ++this.#generation;
    const { filter, sort } = this;
    [this.loading, this.error] = [true, null];
    try {
      const id = untrack(() => this.currentId);
      const found = this.#fromTop
        ? null
        : await findInList(this.#client, id, { filter, sort }, () => this.#around(id));
      if (generation !== this.#generation) return await this.#latest;
      const start = this.#list.pageStart(found?.position ?? 0);
      const page = await this.#pageAt(start);
      if (generation !== this.#generation) return await this.#latest;
      // Somebody moved on meanwhile: the place that was asked for is not theirs any more.
      const moved = untrack(() => this.currentId) !== id;
      this.#fromTop = false;
      if (moved) return await this.reload();
      this.#fetching.clear();
      this.#renew();
      this.#list.put(start, page.rows, page.total);
      this.#changed();
      if (found === null) this.#goTo(0);
      else [this.currentId, this.currentIndex] = [found.id, found.position];
      // What is in sight may reach into other pages, and need not change its place for a list made anew.
      this.need(this.#shown.first, this.#shown.end);
    } catch (thrown) {
      if (generation === this.#generation) this.error = FoveaError.from(thrown);
    }
    if (generation === this.#generation) this.loading = false;
  }

  /** A sample, and nearest first what comes after it and then what comes before. */
  #around(id: number | null): readonly number[] {
    if (id === null) return [];
    return this.#ofAnother ? [id] : this.#list.around(id, this.currentIndex, FILTER_IDS_MAX);
  }

  /** Forgets the rows, which come anew. */
  #renew(): void {
    this.#list.renew(this.#around(this.currentId));
    this.#ofAnother = false;
  }

  /** The list shows these rows now. */
  setShown(first: number, end: number): void {
    this.#shown = { first, end };
    this.need(first, end);
  }

  /** Makes sure the rows in `[first, end)` are there or on their way. */
  need(first: number, end: number): void {
    if (this.total === 0) return;
    for (const start of this.#list.pageStarts(first, end)) {
      if (!this.#list.hasPage(start)) void this.#fetch(start);
    }
  }

  /** Moves to the row at `index`; resolves to false when there is none or it could not be read. */
  async go(index: number): Promise<boolean> {
    if (index < 0 || index >= this.total) return false;
    if (!this.#list.rowAt(index)) await this.#fetch(this.#list.pageStart(index));
    return this.#goTo(index);
  }

  /** Like {@link go}, when the row is already here: takes effect at once. */
  goNow(index: number): boolean {
    return index >= 0 && index < this.total && this.#goTo(index);
  }

  /** The samples of the rows in `[first, end)`, those that went out of the filter and keep their place included. */
  async idsIn(first: number, end: number): Promise<number[]> {
    const here = this.#list.idsIn(first, end);
    if (here) return here;
    const gone = this.#list.goneIn(first, end);
    const { filter, sort } = this;
    const offset = this.#list.serverOffset(first);
    const limit = end - first - gone.length;
    return [...gone, ...(await this.#client.call('samples.ids', { filter, sort, offset, limit }))];
  }

  /** Where "next" leads. When the current sample left the list, its old place already holds the next one. */
  get nextIndex(): number {
    const here = this.#list.rowAt(this.currentIndex);
    return here && here.id !== this.currentId ? this.currentIndex : this.currentIndex + 1;
  }

  /** A decision was made, or heard of: the row shows it and keeps its place. */
  setState(id: number, state: SampleState): void {
    this.#update(id, { state });
    if (changesByDecision(this.sort.by)) this.#gathered.add(id);
  }

  /** What a person does to a row shows at once; out of the filter, it keeps its place. */
  #update(id: number, change: Partial<SampleRow>): void {
    if (this.#beside?.id === id) this.#beside = { ...this.#beside, ...change };
    const row = this.rowOf(id);
    if (!row) return;
    this.#put(row, change);
    this.#changed();
  }

  #put(row: SampleRow, change: Partial<SampleRow>): void {
    this.#list.update(row.id, change, stillMatches({ ...row, ...change }, this.filter));
  }

  /** The row of a sample, as far as it is here. */
  rowOf(id: number): SampleRow | undefined {
    return this.#list.rowAt(this.#list.indexOf(id) ?? -1);
  }

  /** Flags or tags of these samples changed. @param joins others than those here may belong to the list from now on */
  mark(ids: readonly number[], change: (row: SampleRow) => Partial<SampleRow>, joins: boolean): void {
    let others = false;
    for (const id of ids) {
      if (this.#beside?.id === id) this.#beside = { ...this.#beside, ...change(this.#beside) };
      const row = this.rowOf(id);
      if (row) this.#put(row, change(row));
      else others = true;
    }
    this.#changed();
    if (others && joins) this.refreshSoon();
  }

  /** What a list shows of a sample's notes. */
  setNotes(id: number, change: Pick<SampleRow, 'notes' | 'note'>): void {
    this.#update(id, change);
  }

  /** The rows that are here. */
  loaded(): SampleRow[] {
    return this.#list.rows();
  }

  /**
   * Any row may have changed: what is here is asked for anew, soon. Rows that went out of the filter keep their place, as
   * they do when they are decided here.
   */
  recheckSoon(): void {
    this.#recheck = true;
    this.refreshSoon();
  }

  /** Rows changed elsewhere (labelling goes on): fetch anew what is shown, soon, once for many changes. */
  refreshSoon(): void {
    this.#refreshTimer ??= setTimeout(() => {
      this.#refreshTimer = null;
      void this.#refresh();
    }, LIVE_REFRESH_MS);
  }

  async #refresh(): Promise<void> {
    const recheck = this.#recheck;
    this.#recheck = false;
    // Work takes rows out of a filter by state, flag or note; they keep their place, so that the way back stays open.
    if (!dependsOnWork(this.filter)) return this.#refreshShown();
    if (recheck) await this.#recheckRows();
    return this.#refreshEnd();
  }

  async #recheckRows(): Promise<void> {
    const generation = this.#generation;
    const ids = this.#list.ids();
    if (ids.length > RECHECKED_MOST) return this.reload();
    try {
      for await (const rows of rowsAnew(this.#client, ids)) {
        if (generation !== this.#generation) return;
        for (const row of rows) this.#update(row.id, row);
      }
    } catch {
      // The connection banner says so; the next change asks again.
    }
  }

  /** Adds what began to match meanwhile; labelling goes through the samples in the queue's own order. */
  async #refreshEnd(): Promise<void> {
    const generation = this.#generation;
    try {
      const page = await this.#page(this.#list.total);
      if (generation !== this.#generation) return;
      this.#list.append(page.rows, page.total);
      this.#changed();
      if (this.currentId === null) this.#goTo(0);
    } catch {
      // The connection banner says so; the next change asks again.
    }
  }

  /** All pages on screen are fetched first and put in together, so that the list does not flicker. */
  async #refreshShown(): Promise<void> {
    const generation = this.#generation;
    const { filter, sort, currentId: id } = this;
    try {
      const at = id === null ? null : await this.#client.call('samples.position', { filter, sort, id });
      const position = at?.position ?? null;
      const here = this.#list.pageStart(position ?? this.currentIndex);
      const others = this.#list.pageStarts(this.#shown.first, this.#shown.end);
      const starts = [here, ...others.filter((start) => start !== here)];
      const pages = await Promise.all(starts.map((start) => this.#pageAt(start)));
      if (generation !== this.#generation) return;
      this.#renew();
      pages.forEach((page, i) => this.#list.put(starts[i]!, page.rows, page.total));
      this.error = null;
      this.#changed();
      const now = this.currentId === null ? undefined : this.#list.indexOf(this.currentId);
      if (this.currentId === null) this.#goTo(0);
      else if (now !== undefined) this.currentIndex = now;
    } catch {
      // The connection banner says so; the next change asks again.
    }
  }

  #goTo(index: number): boolean {
    const row = this.#list.rowAt(index);
    if (!row) {
      if (this.total === 0) this.currentId = null;
      return false;
    }
    this.currentIndex = index;
    this.currentId = row.id;
    this.need(index - 5, index + 20);
    return true;
  }

  #fetch(start: number): Promise<void> {
    const known = this.#fetching.get(start);
    if (known) return known;
    const generation = this.#generation;
    const task = this.#page(start)
      .then(
        (page) => {
          if (generation !== this.#generation) return;
          this.#list.put(start, page.rows, page.total);
          this.#changed();
        },
        (thrown: unknown) => {
          if (generation === this.#generation) this.error = FoveaError.from(thrown);
        },
      )
      .finally(() => this.#fetching.delete(start));
    this.#fetching.set(start, task);
    return task;
  }

  /** A page of the list as the filter and the order are now. */
  #page(start: number): Promise<ProcedureOutput<'samples.list'>> {
    return this.#pageAt(this.#list.serverOffset(start));
  }

  #pageAt(offset: number): Promise<ProcedureOutput<'samples.list'>> {
    const { filter, sort } = this;
    return this.#client.call('samples.list', { filter, sort, offset, limit: PAGE_SIZE });
  }

  #changed(): void {
    this.total = this.#list.total;
    this.#version++;
  }
}

export const [getQueue, setQueue] = createContext<Queue>();
