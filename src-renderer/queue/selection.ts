import {
  NO_FILTER,
  type RpcClient,
  type SampleFilter,
  type SampleSort,
} from '../../src-shared/contract/procedures.ts';

/**
 * Which samples are chosen: some by id, or all that the filter lets through but some. Never a list of a whole data set.
 */
export interface Selection {
  /** Chosen: the ids; or, when `all`, everything but these. */
  readonly all: boolean;
  readonly ids: ReadonlySet<number>;
}

export const NOTHING: Selection = { all: false, ids: new Set() };
export const EVERYTHING: Selection = { all: true, ids: new Set() };

export function isChosen(selection: Selection, id: number): boolean {
  return selection.ids.has(id) !== selection.all;
}

/** @param total how many the filter lets through */
export function countChosen({ all, ids }: Selection, total: number): number {
  return all ? Math.max(0, total - ids.size) : ids.size;
}

/** What is chosen, as the main side is asked for it. @param filter the one that `all` is all of; of a list of ids they keep its order */
export function scopeOf(
  { all, ids }: Selection,
  filter: SampleFilter,
): { filter: SampleFilter; ids: number[] | null; except: number[] } {
  const place = new Map(filter.ids.map((id, i) => [id, i]));
  const named = [...ids].sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
  return all ? { filter, ids: null, except: named } : { filter: NO_FILTER, ids: named, except: [] };
}

/** Ctrl+click: in or out. */
export function toggled(selection: Selection, id: number): Selection {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { all: selection.all, ids };
}

/** These and no others. */
export function only(ids: Iterable<number>): Selection {
  return { all: false, ids: new Set(ids) };
}

/** Shift+click: these as well. */
export function extended(selection: Selection, more: Iterable<number>): Selection {
  const ids = new Set(selection.ids);
  for (const id of more) {
    if (selection.all) ids.delete(id);
    else ids.add(id);
  }
  return { all: selection.all, ids };
}

/** Samples that are asked for at once, as the contract allows. */
const AT_ONCE = 10_000;

/** What is chosen of a list, by number. All are asked for before anything is done: under some filters the list changes with it. */
export async function idsOf(
  client: Pick<RpcClient, 'call'>,
  selection: Selection,
  { filter, sort }: { readonly filter: SampleFilter; readonly sort: SampleSort },
): Promise<number[]> {
  if (!selection.all) return [...selection.ids];
  const ids: number[] = [];
  for (let offset = 0; ; offset += AT_ONCE) {
    const page = await client.call('samples.ids', { filter, sort, offset, limit: AT_ONCE });
    ids.push(...page.filter((id) => isChosen(selection, id)));
    if (page.length < AT_ONCE) return ids;
  }
}
