/** A long ordered list of which only the pages are here that somebody looked at. */
import type { ComparedRow } from '../../src-shared/contract/procedures.ts';

export const PAGE_SIZE = 100;

export class Pages {
  readonly #pages = new Map<number, readonly ComparedRow[]>();
  total = 0;

  rowAt(index: number): ComparedRow | undefined {
    return this.#pages.get(startOf(index))?.[index % PAGE_SIZE];
  }

  /** Beginnings of the pages that `[first, end)` lies on and that are not here. */
  missing(first: number, end: number): number[] {
    const starts: number[] = [];
    for (let start = startOf(Math.max(0, first)); start < Math.min(end, this.total); start += PAGE_SIZE) {
      if (!this.#pages.has(start)) starts.push(start);
    }
    return starts;
  }

  put(start: number, rows: readonly ComparedRow[], total: number): void {
    this.#pages.set(start, rows);
    this.total = total;
  }

  clear(): void {
    this.#pages.clear();
    this.total = 0;
  }
}

export function startOf(index: number): number {
  return index - (index % PAGE_SIZE);
}
