/** Where a person was in a project: what a reload, a new window or the next start comes back to. */
import { z } from 'zod';
import { idSchema } from '../../src-shared/contract/domain.ts';
import {
  sampleFilterSchema,
  sampleSortSchema,
  type SampleFilter,
  type SampleSort,
} from '../../src-shared/contract/procedures.ts';
import { DOCK } from '../shell/dock.ts';
import { PAGES } from '../shell/pages.ts';

export const placeSchema = z.object({
  page: z.enum(PAGES.map(({ id }) => id)),
  dock: z.enum(DOCK.map(({ id }) => id)),
  filter: sampleFilterSchema,
  sort: sampleSortSchema,
  /** The sample on screen. */
  sampleId: idSchema.nullable(),
});
export type Place = z.infer<typeof placeSchema>;

/** By project path, the one used last at the end. */
export const placesSchema = z.array(z.tuple([z.string(), placeSchema]));
export type Places = z.infer<typeof placesSchema>;

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
