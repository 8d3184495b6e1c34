/** Where a person was in a project: what a reload, a new window or the next start comes back to. */
import { z } from 'zod';
import { idSchema } from '../../src-shared/contract/domain.ts';
import {
  sampleFilterSchema,
  sampleSortSchema,
  type SampleFilter,
  type SampleSort,
} from '../../src-shared/contract/procedures.ts';
import type { DockId, PageId } from '../shell/names.ts';

/** @param pages those there are; a place on another one is none */
export function placeSchemaOf(pages: readonly PageId[], tabs: readonly DockId[]) {
  return z.object({
    page: z.enum(pages),
    dock: z.enum(tabs),
    filter: sampleFilterSchema,
    sort: sampleSortSchema,
    /** The sample on screen. */
    sampleId: idSchema.nullable(),
  });
}
export type Place = z.infer<ReturnType<typeof placeSchemaOf>>;

/** By project path, the one used last at the end. */
export function placesSchemaOf(pages: readonly PageId[], tabs: readonly DockId[]) {
  return z.array(z.tuple([z.string(), placeSchemaOf(pages, tabs)]));
}
export type Places = z.infer<ReturnType<typeof placesSchemaOf>>;

/** Projects whose places are kept. */
const KEPT = 12;

/** The places with one of them set anew; those not used for longest are forgotten. */
export function withPlace(places: Places, path: string, place: Place): Places {
  return [...places.filter(([known]) => known !== path), [path, place] satisfies Places[number]].slice(-KEPT);
}

export function placeIn(places: Places, path: string): Place | null {
  return places.find(([known]) => known === path)?.[1] ?? null;
}

/**
 * What of a list is worth coming back to. A list of single samples (those like one) answers a question of the moment:
 * in its place stays what was kept before.
 */
export function lastingView(
  filter: SampleFilter,
  sort: SampleSort,
  before: Pick<Place, 'filter' | 'sort'>,
): Pick<Place, 'filter' | 'sort'> {
  return filter.ids.length > 0 ? { filter: before.filter, sort: before.sort } : { filter, sort };
}
