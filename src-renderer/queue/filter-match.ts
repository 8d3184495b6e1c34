/** What a filter lets through as far as the page can tell by itself, and which filters are the same. */
import type { SampleRow } from '../../src-shared/contract/domain.ts';
import type { SampleFilter, SampleSort } from '../../src-shared/contract/procedures.ts';

/**
 * Whether a row is still one that the filter lets through after a person changed its state, flags, tags, notes or what is said of its answers. The rest
 * of the filter is not looked at: the row is in the list because it passed.
 */
export function stillMatches(
  row: Pick<SampleRow, 'state' | 'flags' | 'tags' | 'notes' | 'outcome' | 'localised'>,
  { states, flags, tags, notes, reasons, outcomes, localised }: SampleFilter,
): boolean {
  if (tags.length > 0 && !tags.some((tag) => (tag === '' ? row.tags.length === 0 : row.tags.includes(tag))))
    return false;
  if (outcomes.length > 0 && !outcomes.includes(row.outcome ?? 'unscored')) return false;
  if (localised !== 'any' && row.localised !== localised) return false;
  if (reasons.length > 0 && row.state !== 'rejected') return false;
  if (states.length > 0 && !states.includes(row.state)) return false;
  if (flags.length > 0 && !flags.some((flag) => row.flags.includes(flag))) return false;
  return notes === 'any' || (notes === 'with') === row.notes > 0;
}

/** Whether what a person does to a sample can take it out of the filter. */
export function dependsOnWork(filter: SampleFilter): boolean {
  const { states, flags, tags, notes, reasons, outcomes, localised } = filter;
  const lists = [states, reasons, tags, flags, outcomes];
  return lists.some((list) => list.length > 0) || notes !== 'any' || localised !== 'any';
}

/** The list without `value` when it is in it, else with it. */
export function switched<T>(values: readonly T[], value: T): T[] {
  return values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
}

/** A filter and an order, as one is kept under a name. */
export interface SampleView {
  readonly filter: SampleFilter;
  readonly sort: SampleSort;
}

/** Whether two filters let the same through in the same order; the order in which values were chosen is no matter. */
export function sameView(one: SampleView, other: SampleView): boolean {
  return canonical(one) === canonical(other);
}

function canonical({ filter, sort }: SampleView): string {
  const { ranges, ids, text, ...rest } = filter;
  const lists = Object.entries(rest).map(([key, value]) => [
    key,
    Array.isArray(value) ? [...value].sort() : value,
  ]);
  return JSON.stringify([
    Object.fromEntries(lists),
    Object.entries(ranges).sort(([a], [b]) => (a < b ? -1 : 1)),
    // Their order is one that a list can be shown in.
    ids,
    text.trim(),
    sort.by,
    sort.descending,
  ]);
}
