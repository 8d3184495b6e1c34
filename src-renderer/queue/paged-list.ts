/**
 * A long filtered list, fetched in pages and kept still while a person works through it. A row that a decision took
 * out of the filter stays where it was until the list is asked for anew; so that the next page still begins where
 * this one ends, offsets sent to the main side leave out such rows ("gone").
 */
export const PAGE_SIZE = 100;

export class PagedList<Row extends { readonly id: number }> {
  #rows = new Map<number, Row>();
  #indexOf = new Map<number, number>();
  #gone = new Set<number>();
  #serverTotal = 0;
  /** What lay {@link around} the current row when the list was made anew last. */
  #left: readonly number[] = [];

  /** Rows shown: those the filter matches now and those that went out of it meanwhile. */
  get total(): number {
    return this.#serverTotal + this.#gone.size;
  }

  rowAt(index: number): Row | undefined {
    return this.#rows.get(index);
  }

  /** Every row that was fetched. */
  rows(): Row[] {
    return [...this.#rows.values()];
  }

  indexOf(id: number): number | undefined {
    return this.#indexOf.get(id);
  }

  /** Ids of the rows that are here. */
  ids(): number[] {
    return [...this.#indexOf.keys()];
  }

  /**
   * A row and, nearest first, those after it and then those before it, `most` ids in all, as the list last had it: made
   * anew without it, what lay around it is remembered.
   * @param index its place; where it was left, when the list never had it
   */
  around(id: number, index: number, most: number): readonly number[] {
    const place = this.#indexOf.get(id);
    if (place === undefined && this.#left[0] === id) return this.#left;
    const at = place ?? Math.min(index, this.total - 1);
    const ids = [id];
    for (const [from, by] of [
      [at, 1],
      [at - 1, -1],
    ] as const) {
      for (let n = from; this.#rows.has(n) && ids.length < most; n += by) {
        const next = this.#rows.get(n)!.id;
        if (next !== id) ids.push(next);
      }
    }
    return ids;
  }

  /** Ids of the rows in `[first, end)`, in order; null when not all of them were fetched. */
  idsIn(first: number, end: number): number[] | null {
    const found: number[] = [];
    for (let index = first; index < end; index++) {
      const row = this.#rows.get(index);
      if (!row) return null;
      found.push(row.id);
    }
    return found;
  }

  /** Ids of the rows in `[first, end)` that the filter does not match any more. */
  goneIn(first: number, end: number): number[] {
    const gone = [...this.#gone].filter((index) => index >= first && index < end);
    return gone.map((index) => this.#rows.get(index)!.id);
  }

  /** First index of the page that holds `index`. */
  pageStart(index: number): number {
    return index - (index % PAGE_SIZE);
  }

  /** First indices of the pages that `[first, end)` reaches into. */
  pageStarts(first: number, end: number): number[] {
    const starts: number[] = [];
    for (let at = this.pageStart(Math.max(0, first)); at < end; at += PAGE_SIZE) starts.push(at);
    return starts;
  }

  hasPage(start: number): boolean {
    return this.#rows.has(start) || start >= this.total;
  }

  /** Where that page begins for the main side. */
  serverOffset(start: number): number {
    let before = 0;
    for (const index of this.#gone) if (index < start) before++;
    return start - before;
  }

  /** Puts a fetched page at `start`; a row that another page already shows is not shown twice. */
  put(start: number, rows: readonly Row[], serverTotal: number): void {
    let index = start;
    for (const row of rows) {
      const known = this.#indexOf.get(row.id);
      if (known !== undefined && known !== index) continue;
      this.#rows.set(index, row);
      this.#indexOf.set(row.id, index);
      index++;
    }
    // A short page ends the list; a count taken while a decision was still on its way could be one too many.
    this.#serverTotal = rows.length < PAGE_SIZE ? index - this.#gone.size : serverTotal;
  }

  /**
   * Adds rows that began to match after the list was made. They are put at the end when the end is loaded; rows that
   * are already shown stay where they are.
   */
  append(rows: readonly Row[], serverTotal: number): void {
    const end = this.total;
    const endLoaded = end === 0 || this.#rows.has(end - 1);
    const fresh = rows.filter((row) => !this.#indexOf.has(row.id));
    this.#serverTotal = serverTotal;
    if (endLoaded) this.put(end, fresh, Math.max(serverTotal, end + fresh.length - this.#gone.size));
  }

  /** Changes a loaded row; `matches` says whether the filter still wants it. */
  update(id: number, change: Partial<Row>, matches: boolean): void {
    const index = this.#indexOf.get(id);
    if (index === undefined) return;
    this.#rows.set(index, { ...this.#rows.get(index)!, ...change });
    const was = !this.#gone.has(index);
    if (was === matches) return;
    if (matches) this.#gone.delete(index);
    else this.#gone.add(index);
    this.#serverTotal += matches ? 1 : -1;
  }

  /** Forgets every row, to be made anew. @param around what lay around the current one, which may not come again */
  renew(around: readonly number[]): void {
    this.#left = around;
    this.#rows.clear();
    this.#indexOf.clear();
    this.#gone.clear();
    this.#serverTotal = 0;
  }
}
